using HaConnect.Histories;
using Npgsql;

namespace HaConnect.ClusterTests.Routing.Reading;

/// <summary>The one writer of ticks, by which reads are judged: at a steady pace, through Npgsql alone, so that it knows nothing of what HaConnect sees.</summary>
internal sealed class TickWriter(string connectionString, SessionRecorder recorder)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    internal async Task RunAsync(CancellationToken stop)
    {
        await using var hosts = new NpgsqlDataSourceBuilder(connectionString + ";Host Recheck Seconds=1").BuildMultiHost();
        await using var primary = hosts.WithTargetSession(TargetSessionAttributes.ReadWrite);
        using var timer = new PeriodicTimer(Pace, TimeProvider.System);
        for (var tick = 1L; !stop.IsCancellationRequested; tick++)
        {
            var at = HistoryRecorder.Now;
            string? error = null;
            try
            {
                await using var connection = await primary.OpenConnectionAsync(CancellationToken.None);
                await using var command = new NpgsqlCommand("INSERT INTO ticks VALUES ($1)", connection) { Parameters = { new() { Value = tick } } };
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                error = e.Message;
            }

            recorder.Add(new SessionEvent { Do = SessionAct.Tick, At = at, Ended = HistoryRecorder.Now, Tick = tick, Error = error });
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
