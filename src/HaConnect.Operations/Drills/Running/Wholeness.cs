namespace HaConnect.Operations.Drills.Running;

/// <summary>Whether a cluster is whole: as a drill wants it before it breaks anything, and as it leaves it.</summary>
internal static class Wholeness
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>What stands against it, by the snapshot: null where there is an established primary, and every other node streams and is proven fresh. Pure.</summary>
    internal static string? Problem(ClusterSnapshot snapshot, string? primary = null)
    {
        if (snapshot.Primary is not { } found)
            return $"there is no primary: {snapshot.Reason}";
        if (snapshot.Term is null)
            return $"no coordinator has established {found.Name}: {snapshot.Reason}";
        if (primary is not null && found.Name != primary)
            return $"the primary is {found.Name}, not {primary}";
        if (snapshot.IsSwitchingOver)
            return "a switchover is under way";
        var problem = snapshot.Nodes.FirstOrDefault(n => n != found && (n.Role != NodeRole.Standby || n.Reachability != NodeReachability.Reachable || n.Lag is null || n.Timeline != found.Timeline));
        return problem is null ? null : $"{problem.Name}: {problem.Role}, {problem.Reachability}; {problem.Reason}";
    }

    /// <returns>Null where it has come true in time, else what stands against it still.</returns>
    internal static async Task<string?> UntilAsync(HaDataSource database, string? primary, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (Problem(database.Snapshot, primary) is { } problem)
        {
            if (time.GetElapsedTime(startedAt) > patience)
                return problem;
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <exception cref="DrillRefusedException">It is not whole, or a failover would not be safe.</exception>
    internal static async Task RequireAsync(HaDataSource database, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await UntilAsync(database, null, patience, time, cancellationToken).ConfigureAwait(false) is { } problem)
            throw new DrillRefusedException($"The cluster is not whole, and a drill would make it worse: {problem}. Mend that first (haconnect status, haconnect doctor).");
        var findings = await database.Cluster.DiagnoseAsync(cancellationToken).ConfigureAwait(false);
        if (findings.FirstOrDefault(f => f.Severity == FindingSeverity.Unsafe) is { } worst)
            throw new DrillRefusedException($"A failover would not be safe now: {(worst.Node is { } node ? $"{node}: " : "")}{worst.Problem} {worst.Remedy} ({worst.Link})");
    }
}
