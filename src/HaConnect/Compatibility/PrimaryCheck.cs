using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Compatibility;

/// <summary>
/// Runs once on each new physical connection of the multi-host data source, which takes any server for the primary that is not in recovery: one of an older term, too. An
/// error makes it go on to the next host.
/// </summary>
internal sealed class PrimaryCheck(ClusterState state, TimeProvider time)
{
    /// <summary>For the first probes, right after the start.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    internal void Run(NpgsqlConnection connection) => RunAsync(connection).GetAwaiter().GetResult(); // Npgsql opens synchronously too

    /// <exception cref="NoPrimaryException">It does not lead to the primary, or writes to that are refused.</exception>
    internal async Task RunAsync(NpgsqlConnection connection)
    {
        var startedAt = time.GetTimestamp();
        while (true)
        {
            var change = state.NextChange; // taken before the snapshot is looked at
            var snapshot = state.Current;
            if (snapshot is { RefusesWrites: false, PrimaryNode: { } primary } && primary.IsAt(connection.Host, connection.Port))
                return;
            var left = Patience - time.GetElapsedTime(startedAt);
            if (snapshot.Primary is not null || snapshot.IsComplete || left <= TimeSpan.Zero)
                throw new NoPrimaryException($"{connection.Host}:{connection.Port} is not the primary, or cannot be used as one now. {snapshot.Describe()}", snapshot, isTransient: true, null);
            await Task.WhenAny(change, Task.Delay(left, time)).ConfigureAwait(false);
        }
    }
}
