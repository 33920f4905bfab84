namespace HaConnect.TestApplication;

/// <summary>What the clients do, configured by the environment (Workload__…).</summary>
internal sealed class WorkloadSettings
{
    /// <summary>The file to which the history goes. Required.</summary>
    public string History { get; set; } = "";

    /// <summary>By what they write: <see cref="WorkWay"/>, <see cref="TransactionWay"/> or <see cref="EntityFrameworkWay"/>.</summary>
    public string Way { get; set; } = "Work";

    /// <summary>Precedes the clients' names, which must be unlike in each workload on one cluster.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Clients whose inserts are not declared idempotent, into a table that would show a row twice.</summary>
    public int Once { get; set; } = 2;

    /// <summary>Clients whose inserts are idempotent by their key.</summary>
    public int Keyed { get; set; } = 2;

    /// <summary>Clients that move amounts between accounts, not declared idempotent.</summary>
    public int Movers { get; set; } = 1;

    public int Readers { get; set; } = 2;

    /// <summary>Between two operations of a client.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(8);

    public const int Accounts = 8;

    public const long OpeningBalance = 1000;

    internal IEnumerable<string> OnceNames => Names("once", Once);

    internal IEnumerable<string> KeyedNames => Names("keyed", Keyed);

    internal IEnumerable<string> MoverNames => Names("move", Movers);

    internal IEnumerable<string> ReaderNames => Names("read", Readers);

    internal string[] WriterNames => [.. OnceNames, .. KeyedNames, .. MoverNames];

    // The kind comes first: the unique index of the keyed rows goes by it.
    private IEnumerable<string> Names(string kind, int count) => Enumerable.Range(0, count).Select(i => $"{kind}-{Prefix}{i}");
}
