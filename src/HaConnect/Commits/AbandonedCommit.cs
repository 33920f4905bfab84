using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Commits;

/// <summary>
/// Ends a commit that its caller gave up on a connection of the caller's own, so that it can be disposed: a pooled one cannot be
/// closed while its commit waits (a fact test shows it). Its session is terminated, which never answers with a success; cancelled, it would.
/// Where its server cannot be asked, Npgsql breaks the connection, with a cancel request: the outcome is reported as unknown in any case.
/// </summary>
internal static class AbandonedCommit
{
    private const string Terminate = "SELECT pg_catalog.pg_terminate_backend($1)";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    internal static async Task EndAsync(NpgsqlConnection connection, int processId, NpgsqlBatch batch, Task committing, TimeProvider time)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connection.ConnectionString)
            {
                Host = connection.Host, // the one of several that it is connected to
                Port = connection.Port,
                ApplicationName = NodeSources.CancelApplication,
                Pooling = false,
                Enlist = false,
                CommandTimeout = 0,
                CancellationTimeout = -1,
            };
            var session = await OwnSession.OpenAsync(connection.CloneWith(settings.ConnectionString), Patience, time, heardLate: null, CancellationToken.None).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
                await session.ExecuteAsync(Terminate, Patience, CancellationToken.None, processId).ConfigureAwait(false);
            await committing.WaitAsync(Patience, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The commit's own end; or the server could not be asked.
        }

        if (!committing.IsCompleted)
        {
            await Task.Factory.StartNew(batch.Cancel, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false); // blocks while a frozen server is silent
            await committing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await connection.CloseAsync().ConfigureAwait(false);
    }
}
