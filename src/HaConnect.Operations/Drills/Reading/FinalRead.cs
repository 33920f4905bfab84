using HaConnect.Operations.Drills.Workload;

namespace HaConnect.Operations.Drills.Reading;

/// <summary>Every server read directly after the workload, and held against the ledger.</summary>
/// <param name="Timeline">The primary's timeline.</param>
/// <param name="Lost">Acked, and not at the primary.</param>
/// <param name="Problems">What keeps the cluster from being whole, on one timeline, with nothing but what was written, once.</param>
internal sealed record FinalRead(int? Timeline, IReadOnlySet<WriteKey> Lost, IReadOnlyList<string> Problems)
{
    internal const int MaxNamed = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="primary">The server out of recovery with the newest timeline.</param>
    /// <param name="others">The standbys that are to hold the same.</param>
    /// <param name="ledger">What was written.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal static async Task<FinalRead> TakeAsync(DrillServer primary, IEnumerable<DrillServer> others, Ledger ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        var main = await ServerRead.OfAsync(primary, cancellationToken).ConfigureAwait(false);
        var problems = new List<string>();
        foreach (var server in others)
            problems.AddRange(await CompareAsync(main, server, time, cancellationToken).ConfigureAwait(false));
        problems.AddRange(Judge(main.Rows, ledger, out var lost));
        return new FinalRead(main.Timeline, lost, problems);
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
