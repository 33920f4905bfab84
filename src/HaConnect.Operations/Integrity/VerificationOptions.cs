using System.Globalization;

namespace HaConnect.Operations;

/// <summary>What is compared, how gently, and how much of a difference is shown.</summary>
public sealed class VerificationOptions
{
    internal const int MostParallel = 32;
    internal const int MostShownRows = 10_000;
    internal const int MostShownCharacters = 1_000_000;

    /// <summary>
    /// Which tables: <c>table</c> or <c>schema.table</c>, each part with <c>*</c> for any text. Case matters. Empty, as it is by default: all of <see cref="Schemas"/>.
    /// </summary>
    public IList<string> Tables { get; } = [];

    /// <summary>Which tables not, in the same form. Default: none is left out.</summary>
    public IList<string> ExcludedTables { get; } = [];

    /// <summary>Which schemas, with <c>*</c> for any text. Empty, as it is by default: all but PostgreSQL's own.</summary>
    public IList<string> Schemas { get; } = [];

    /// <summary>Which schemas not, in the same form. Default: none is left out.</summary>
    public IList<string> ExcludedSchemas { get; } = [];

    /// <summary>How many statements run at once at each server, and so how many connections it has, with one more for watching. Default 2; 1 to 32.</summary>
    public int Parallelism { get; set; } = 2;

    /// <summary>
    /// For what share of the time each of these connections has a statement running; for the rest it waits. 1 does not wait. Default 0.2; 0.01 to 1.
    /// </summary>
    public double MaxLoad { get; set; } = 0.2;

    /// <summary>For how long a statement should run: how many rows it reads is adapted to that. Default 50 ms; 5 ms to 10 s.</summary>
    public TimeSpan StatementTarget { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a statement may run before the server ends it. Default 1 min; 1 s to 1 h.</summary>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Between a primary and its standby nothing more is read while the standby's replay is this many bytes of WAL behind. Default 64 MiB; from 64 KiB.</summary>
    public long MaxLagBytes { get; set; } = 64L << 20;

    /// <summary>Nothing more is read while a server has fewer connections than this left. Default 5; 0 to 10,000.</summary>
    public int MinFreeConnections { get; set; } = 5;

    /// <summary>The share of rows that has to be verified as equal. Default 0.99999; more than 0, up to 1.</summary>
    public double Goal { get; set; } = 0.99999;

    /// <summary>How many rows that differ are shown of each table; all are counted. Default 20; 0 to 10,000.</summary>
    public int MaxShownRows { get; set; } = 20;

    /// <summary>How many characters of a value are shown. Default 100; 1 to 1,000,000.</summary>
    public int MaxShownCharacters { get; set; } = 100;

    /// <summary>
    /// Whether the values of columns that differ are shown, and of rows that one side lacks. Keys are shown all the same. Default true; false where the report may not hold personal data.
    /// </summary>
    public bool ShowsValues { get; set; } = true;

    /// <summary>
    /// Where it is written down what has been verified, a line of JSON for each part of a table. A run that finds the file goes on where the one before ended; the file is removed when all is
    /// done. Default null: nothing is written.
    /// </summary>
    public string? ResumeFile { get; set; }

    /// <summary>
    /// How long a difference has to stay as it is before it counts, where nothing tells how far one side follows the other: two servers that some other tool keeps in step. Set it above that tool's
    /// lag. Default 5 s; 0 to 1 h.
    /// </summary>
    public TimeSpan Settle { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long one side may take to follow to where the other was. Rows that cannot be judged for that are told as such, neither equal nor different. Default 30 s; 1 s to 1 h.
    /// </summary>
    public TimeSpan FollowTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often rows that differ and change meanwhile are looked at again, before they are told as in flux. Default 10; 1 to 1,000.</summary>
    public int MaxRounds { get; set; } = 10;

    /// <summary>
    /// Set where the right side is a physical copy of the left one as it was earlier (a restored backup): the copy's next transaction id at that moment, which
    /// <c>SELECT pg_snapshot_xmax(pg_current_snapshot())</c> tells before anything is written there. Rows that were changed or removed at the left since are counted
    /// (<see cref="VerificationReport.ChangedSince"/>) and not judged. Default null.
    /// </summary>
    public long? AsOf { get; set; }

    /// <summary>Hears how far it is, about every second. Default null.</summary>
    public IProgress<VerificationProgress>? Progress { get; set; }

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its bounds.</exception>
    internal void Validate()
    {
        Require(Parallelism is >= 1 and <= MostParallel, nameof(Parallelism), Parallelism, $"1 to {MostParallel}");
        Require(MaxLoad is >= 0.01 and <= 1, nameof(MaxLoad), MaxLoad, "0.01 to 1");
        Require(StatementTarget >= TimeSpan.FromMilliseconds(5) && StatementTarget <= TimeSpan.FromSeconds(10), nameof(StatementTarget), StatementTarget, "5 ms to 10 s");
        Require(StatementTimeout >= TimeSpan.FromSeconds(1) && StatementTimeout <= TimeSpan.FromHours(1), nameof(StatementTimeout), StatementTimeout, "1 s to 1 h");
        Require(MaxLagBytes >= 64 << 10, nameof(MaxLagBytes), MaxLagBytes, "65536 or more");
        Require(MinFreeConnections is >= 0 and <= 10_000, nameof(MinFreeConnections), MinFreeConnections, "0 to 10000");
        Require(Goal is > 0 and <= 1, nameof(Goal), Goal, "more than 0 and up to 1");
        Require(MaxShownRows is >= 0 and <= MostShownRows, nameof(MaxShownRows), MaxShownRows, $"0 to {MostShownRows}");
        Require(MaxShownCharacters is >= 1 and <= MostShownCharacters, nameof(MaxShownCharacters), MaxShownCharacters, $"1 to {MostShownCharacters}");
        Require(ResumeFile is not { Length: 0 }, nameof(ResumeFile), ResumeFile, "a path, or null");
        Require(Settle >= TimeSpan.Zero && Settle <= TimeSpan.FromHours(1), nameof(Settle), Settle, "0 to 1 h");
        Require(FollowTimeout >= TimeSpan.FromSeconds(1) && FollowTimeout <= TimeSpan.FromHours(1), nameof(FollowTimeout), FollowTimeout, "1 s to 1 h");
        Require(MaxRounds is >= 1 and <= 1000, nameof(MaxRounds), MaxRounds, "1 to 1000");
        Require(AsOf is null or >= 3, nameof(AsOf), AsOf, "a transaction id of 3 or more, or null");
    }

    private static void Require(bool holds, string name, object? value, string bounds)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"VerificationOptions.{name} must be {bounds}."));
    }
}
