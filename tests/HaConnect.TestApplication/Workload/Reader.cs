using System.Text.Json;
using HaConnect.Histories;
using Npgsql;

namespace HaConnect.TestApplication;

/// <summary>Clients that read within a bound through HaConnect, and record what they see.</summary>
internal sealed class Reader(HaDataSource database, HistoryRecorder history, WorkloadSettings settings, TimeSpan bound)
{
    private const int Limit = 8;

    // One statement, so one snapshot.
    private const string Everything = """
        SELECT pg_catalog.current_setting('cluster_name'),
               (SELECT sum(balance)::bigint FROM accounts),
               (SELECT pg_catalog.json_object_agg(c.client, (SELECT coalesce(pg_catalog.json_agg(w.op ORDER BY w.op DESC), '[]')
                                                              FROM (SELECT op FROM writes WHERE client = c.client ORDER BY op DESC LIMIT $2) w))::text
                  FROM pg_catalog.unnest($1::text[]) c(client))
        """;

    internal async Task ReadAsync(string client, CancellationToken stop)
    {
        for (var op = 1L; !stop.IsCancellationRequested; op++)
        {
            history.Add(new Invoked { At = HistoryRecorder.Now, Client = client, Op = op, Do = OperationKind.Read, BoundMs = bound.TotalMilliseconds });
            try
            {
                history.Add(await ReadAsync(client, op));
            }
            catch (Exception e)
            {
                // A read has no effect, so that this much is known of it.
                history.Add(new Failed { At = HistoryRecorder.Now, Client = client, Op = op, Why = $"{e.GetType().Name}: {e.Message}" });
            }

            await Task.Delay(settings.Pause * 2, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Acked> ReadAsync(string client, long op)
    {
        await using var connection = await database.OpenReadConnectionAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(Everything, connection) { Parameters = { new() { Value = settings.WriterNames }, new() { Value = Limit } } };
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        var seen = JsonSerializer.Deserialize<Dictionary<string, long[]>>(row.GetString(2))!;
        return new Acked { At = HistoryRecorder.Now, Client = client, Op = op, Node = row.GetString(0), Sum = row.GetInt64(1), Seen = seen, Limit = Limit };
    }
}
