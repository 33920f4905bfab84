using System.Globalization;

namespace HaConnect.Doctor;

/// <summary>What keeps replicas behind, although they have received everything. Pure.</summary>
internal static class ReplayChecks
{
    /// <summary>Two segments of WAL: less comes and goes on any busy standby.</summary>
    private const long MuchWal = 32 * 1024 * 1024;

    /// <summary>Replay that has stood still for so long, with something to do, is not just at work.</summary>
    private static readonly TimeSpan s_standstill = TimeSpan.FromSeconds(5);

    internal static IEnumerable<ClusterFinding> Find(Examination seen) => seen.Running.Where(n => n.Server.InRecovery).SelectMany(n => At(n.Node, n.State));

    private static IEnumerable<ClusterFinding> At(string node, StateReading state)
    {
        if (state.IsReplayPaused)
        {
            yield return Diagnosis.Warning(FindingCodes.ReplayPaused, node, $"replay is paused on {node}: it grows stale and serves no fresh reads, and a failover to it has all of that to replay",
                Mend.There(node, "SELECT pg_wal_replay_resume()"));
        }
        else if (state.NotReplayed > 0 && state.ReplayedAgo > s_standstill && state.ReplayWaitsFor is { } wait && Holds(wait))
        {
            yield return Diagnosis.Warning(FindingCodes.ReplayHeldUp, node,
                string.Create(CultureInfo.InvariantCulture, $"replay on {node} has waited for queries there for {state.ReplayedAgo.Value.TotalSeconds:0} s ({wait}), with {state.NotReplayed:N0} bytes to replay"),
                Mend.ByHand("end the query or transaction that holds it up (pg_stat_activity, the oldest xact_start), and set max_standby_streaming_delay to how long replay may wait for one; where queries on old snapshots are the cause, hot_standby_feedback = on keeps their rows on the primary"));
        }
        else if (state.NotReplayed > MuchWal)
        {
            yield return Diagnosis.Warning(FindingCodes.ReplayBehind, node,
                string.Create(CultureInfo.InvariantCulture, $"{node} has {state.NotReplayed:N0} bytes of WAL that it has received and not replayed{(state.ReplayWaitsFor is { } w ? $", and its startup process waits for {w}" : ", and its startup process works without waiting")}: it is stale, and a failover to it takes as long as that takes to replay"),
                Mend.ByHand(Tuning(state.ReplayWaitsFor)));
        }

        if (state.OtherConflicts > 0)
        {
            yield return Diagnosis.Information(FindingCodes.RecoveryConflicts, node,
                string.Create(CultureInfo.InvariantCulture, $"{state.OtherConflicts} queries on {node} were cancelled by replay since its statistics were reset, for locks, pinned buffers, tablespaces or deadlocks (pg_stat_database_conflicts)"),
                Mend.ByHand("locks: take ACCESS EXCLUSIVE ones (DDL, TRUNCATE, LOCK TABLE) in quiet hours, VACUUM (TRUNCATE off) for tables that are read there much; or raise max_standby_streaming_delay, and have replicas staler for it"));
        }
    }

    /// <summary>Of the startup process: a lock that a query holds, a buffer that one has pinned, or a conflict with its snapshot.</summary>
    private static bool Holds(string wait) => wait.StartsWith("Lock ", StringComparison.Ordinal) || wait.StartsWith("BufferPin ", StringComparison.Ordinal) || wait.Contains("RecoveryConflict", StringComparison.Ordinal);

    private static string Tuning(string? wait) => wait switch
    {
        not null when Holds(wait) => "it waits for queries on that node: lower max_standby_streaming_delay, or set hot_standby_feedback = on",
        not null when wait.StartsWith("IO ", StringComparison.Ordinal) => "it waits for its disk: recovery_prefetch = try and a higher maintenance_io_concurrency (PostgreSQL 15 and later), more shared_buffers, or a faster disk",
        not null when wait.Contains("RecoveryApplyDelay", StringComparison.Ordinal) => "set recovery_min_apply_delay = 0",
        _ => "replay is one process: where it works without a pause, its processor is the limit, or fewer full pages would help (a longer checkpoint_timeout and max_wal_size on the primary, wal_compression = on)",
    };
}
