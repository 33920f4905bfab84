using HaConnect.Operations.Drills.Workload;

namespace HaConnect.Operations.Drills.Reading;

/// <summary>The new primary read directly after the workload, before a node is brought back, and held against the ledger.</summary>
/// <param name="Primary">What it holds.</param>
/// <param name="Lost">Acked, and not at the primary.</param>
/// <param name="Problems">What it holds beside what was written, once.</param>
internal sealed record FinalRead(ServerRead Primary, IReadOnlySet<WriteKey> Lost, IReadOnlyList<string> Problems)
{
    internal const int MaxNamed = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal int? Timeline => Primary.Timeline;

    /// <param name="primary">The server out of recovery with the newest timeline.</param>
    /// <param name="ledger">What was written.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal static async Task<FinalRead> TakeAsync(DrillServer primary, Ledger ledger, CancellationToken cancellationToken)
    {
        var main = await ServerRead.OfAsync(primary, cancellationToken).ConfigureAwait(false);
        var problems = Judge(main.Rows, ledger, out var lost);
        return new FinalRead(main, lost, problems);
    }

    /// <summary>Whether the standbys hold the same, once all are back.</summary>
    /// <returns>What keeps the cluster from being whole, on one timeline, with the same rows everywhere.</returns>
    internal async Task<IReadOnlyList<string>> CompareAsync(IEnumerable<DrillServer> standbys, TimeProvider time, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var server in standbys)
            problems.AddRange(await CompareAsync(Primary, server, time, cancellationToken).ConfigureAwait(false));
        return problems;
    }

    /// <summary>What the rows of the primary say of what was acked. Pure.</summary>
    internal static List<string> Judge(IReadOnlyList<WriteKey> rows, Ledger ledger, out IReadOnlySet<WriteKey> lost)
    {
        var present = rows.ToHashSet();
        var invoked = Keys(ledger, _ => true);
        var problems = new List<string>();
        if (rows.Count != present.Count)
            problems.Add($"{rows.Count - present.Count} rows are there twice.");
        if (present.Except(invoked).ToArray() is { Length: > 0 } unknown)
            problems.Add($"{unknown.Length} rows were never written: {string.Join(", ", unknown.Take(MaxNamed))}.");
        lost = Keys(ledger, write => write.AckedAt is not null).Except(present).ToHashSet();
        return problems;
    }

    private static async Task<List<string>> CompareAsync(ServerRead main, DrillServer server, TimeProvider time, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var expected = main.Rows.ToHashSet();

        // A standby streams, but may not have replayed the last rows yet.
        var startedAt = time.GetTimestamp();
        ServerRead read;
        while (!expected.SetEquals((read = await ServerRead.OfAsync(server, cancellationToken).ConfigureAwait(false)).Rows) && time.GetElapsedTime(startedAt) < Patience)
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken).ConfigureAwait(false);
        if (!read.IsStandby || read.Timeline != main.Timeline)
            problems.Add($"{server.Name} is {(read.IsStandby ? "a standby" : "out of recovery")} on timeline {read.Timeline}; {main.Server.Name} is on {main.Timeline}.");
        if (!expected.SetEquals(read.Rows) || read.Rows.Count != main.Rows.Count)
            problems.Add($"{server.Name} has {read.Rows.Count} rows and {main.Server.Name} {main.Rows.Count}; they are not the same.");
        return problems;
    }

    private static IEnumerable<WriteKey> Keys(Ledger ledger, Func<Write, bool> which) =>
        ledger.Writes.SelectMany((writes, writer) => writes.Where(which).Select(write => new WriteKey(writer, write.Sequence)));
}
