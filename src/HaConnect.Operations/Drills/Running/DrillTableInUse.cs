using HaConnect.Operations.Drills.Reading;
using Npgsql;

namespace HaConnect.Operations.Drills.Running;

/// <summary>The drill's table from its making to its end, wherever the primary is then.</summary>
internal sealed class DrillTableInUse(IReadOnlyList<DrillServer> servers, bool dropsSchema)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>On every server, so that a reader on a standby finds it at once.</summary>
    /// <exception cref="DrillRefusedException">It does not come to a standby.</exception>
    internal async Task UntilEverywhereAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        foreach (var server in servers)
        {
            while (!await ServerRead.HasTableAsync(server, cancellationToken).ConfigureAwait(false))
            {
                if (time.GetElapsedTime(startedAt) > Patience)
                    throw new DrillRefusedException($"The drill's own table did not come to {server.Name} within {Patience.TotalSeconds:0} s, so that it does not replicate as it should. Look at its log.");
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <returns>Null where it is gone, else what is left to do.</returns>
    internal async Task<string?> DropAsync(CancellationToken cancellationToken)
    {
        var problem = "no server is out of recovery";
        foreach (var server in servers)
        {
            try
            {
                if ((await ServerState.OfAsync(server, cancellationToken).ConfigureAwait(false)).IsStandby)
                    continue;
                await DrillTable.DropAsync(server, dropsSchema, cancellationToken).ConfigureAwait(false);
                return null;
            }
            catch (NpgsqlException e)
            {
                problem = $"{server.Name}: {e.Message}";
            }
        }

        return $"The drill's own table is still there ({problem}). At the primary, in the application's database: DROP SCHEMA haconnect_drill CASCADE";
    }
}
