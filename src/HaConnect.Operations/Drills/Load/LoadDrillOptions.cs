namespace HaConnect.Operations.Drills.Load;

/// <summary>How a load drill is run.</summary>
internal sealed record LoadDrillOptions
{
    internal const int MostSteps = 50;
    internal const int MostWriters = 500;
    internal static readonly TimeSpan LeastStep = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan MostStep = TimeSpan.FromMinutes(10);
    internal static readonly TimeSpan MostMaxLag = TimeSpan.FromHours(1);

    /// <summary>The load of the last step.</summary>
    public required LoadRate Peak { get; init; }

    /// <summary>In how many equal steps it is reached. Default 5; 1 to 50.</summary>
    public int Steps { get; init; } = 5;

    /// <summary>How long each is held. Default 30 s; 1 s to 10 min.</summary>
    public TimeSpan StepDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many write at once. Default 16; 1 to 500. More than the pool has do not help.</summary>
    public int Writers { get; init; } = 16;

    /// <summary>Passed is what stays below this at the peak. Default 60 s; more than zero, up to 1 h.</summary>
    public TimeSpan MaxLag { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The node_exporter of a node's host, by the node's name.</summary>
    public IReadOnlyDictionary<string, Uri> Exporters { get; init; } = new Dictionary<string, Uri>(StringComparer.Ordinal);

    /// <summary>Bytes of a row: small ones are for counting transactions, large ones make WAL.</summary>
    internal int PayloadBytes => Peak.IsWal ? 32 * 1024 : 256;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its bounds.</exception>
    internal void Validate()
    {
        Require(Peak.IsWithinBounds, nameof(Peak), Peak, $"{new LoadRate(LoadRate.LeastWrites, false)} to {new LoadRate(LoadRate.MostWrites, false)}, or {new LoadRate(LoadRate.LeastWal, true)} to {new LoadRate(LoadRate.MostWal, true)}");
        Require(Steps is >= 1 and <= MostSteps, nameof(Steps), Steps, $"1 to {MostSteps}");
        Require(StepDuration >= LeastStep && StepDuration <= MostStep, nameof(StepDuration), StepDuration, $"{LeastStep} to {MostStep}");
        Require(Writers is >= 1 and <= MostWriters, nameof(Writers), Writers, $"1 to {MostWriters}");
        Require(MaxLag > TimeSpan.Zero && MaxLag <= MostMaxLag, nameof(MaxLag), MaxLag, $"more than zero, and {MostMaxLag} at most");
    }

    private static void Require(bool holds, string name, object value, string bounds)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, $"LoadDrillOptions.{name} must be {bounds}.");
    }
}
