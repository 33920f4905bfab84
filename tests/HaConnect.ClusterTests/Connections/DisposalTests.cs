using System.Collections.Concurrent;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Connections;

/// <summary>What is used after its disposal, or while it is disposed of: one clear error each, and nothing is left at the servers.</summary>
public sealed class DisposalTests : ClusterTest
{
    private static readonly TimeSpan HangBound = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UsedAfterDisposal_EveryMemberThatWouldAskAServerSaysSo(bool wasUsed)
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1 });
        var db = new HaDataSourceBuilder(ServerSessions.Options(cluster)).Build();
        CausalToken? token = null;
        if (wasUsed)
        {
            await (await db.OpenReadConnectionAsync(Cancelled)).DisposeAsync();
            token = await db.CaptureTokenAsync(Cancelled);
        }

        var command = db.CreateCommand("SELECT 1");
        await db.DisposeAsync();
        await db.DisposeAsync(); // again is nothing

        var policy = new ReadPolicy { Fallback = ReadFallback.Wait, After = token };
        foreach (var use in (Func<Task>[])
        [
            () => db.OpenConnectionAsync(Cancelled).AsTask(),
            () => Task.Run(() => db.OpenConnection(), Cancelled),
            () => db.OpenReadConnectionAsync(Cancelled).AsTask(),
            () => db.OpenReadConnectionAsync(policy, Cancelled).AsTask(),
            () => Task.Run(() => db.OpenReadConnection(policy), Cancelled),
            () => Task.Run(() => db.CreateConnection(), Cancelled),
            () => db.CaptureTokenAsync(Cancelled),
            () => Task.Run(() => db.BeginCausalScope(), Cancelled),
            () => db.ExecuteAsync((_, _) => Task.CompletedTask, Cancelled),
            () => db.ReadAsync((_, _) => Task.FromResult(1), cancellationToken: Cancelled),
            () => command.ExecuteScalarAsync(Cancelled),
            () => db.WatchAsync(Cancelled).GetAsyncEnumerator(Cancelled).MoveNextAsync().AsTask(),
            () => ((System.Data.Common.DbDataSource)db).OpenConnectionAsync(Cancelled).AsTask(),
        ])
        {
            // Some throw at once, and not by their task.
            var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => Task.Run(use, Cancelled).WaitAsync(HangBound, TimeProvider.System, Cancelled));
            Assert.Equal(typeof(HaDataSource).FullName, error.ObjectName);
        }

        await AssertNothingLeftAsync(cluster);
    }

    /// <summary>Opens, reads, work, and opens that wait for a pool: all under way when two dispose of it at once.</summary>
    [Theory]
    [InlineData("peace")]
    [InlineData("no primary")]
    [InlineData("frozen")]
    public async Task DisposedTwiceUnderAHundredCallers_EachEndsInSuccessOrOneError(string state)
    {
        const int Callers = 100;
        var cluster = await StartClusterAsync();
        var db = new HaDataSourceBuilder(ServerSessions.Options(cluster, ";Maximum Pool Size=20")).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("standbys in use", () => Task.FromResult(db.Snapshot["n2"]!.Lag is not null && db.Snapshot["n3"]!.Lag is not null));
        var errors = new ConcurrentQueue<Exception>();
        var done = 0;
        var faulted = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> unobserved = (_, e) => errors.Enqueue(e.Exception);
        TaskScheduler.UnobservedTaskException += unobserved;
        try
        {
            var callers = Enumerable.Range(0, Callers).Select(i => Task.Run(() => CallAsync(i), Cancelled)).ToArray();
            await UntilAsync("all are under way", () => Task.FromResult(Volatile.Read(ref done) > 3 * Callers));
            Volatile.Write(ref faulted, 1);
            if (state == "no primary")
                await cluster["n1"].StopAsync(StopMode.Immediate, Cancelled);
            else if (state == "frozen")
                await cluster["n1"].FreezeAsync(Cancelled);
            await Task.WhenAll(Task.Run(() => db.DisposeAsync().AsTask(), Cancelled), Task.Run(() => db.DisposeAsync().AsTask(), Cancelled)).WaitAsync(HangBound, TimeProvider.System, Cancelled);
            if (state == "frozen")
                await cluster["n1"].ThawAsync(Cancelled); // what was sent to it before has to be answered some time
            await Task.WhenAll(callers).WaitAsync(HangBound, TimeProvider.System, Cancelled);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= unobserved;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{done} done; errors: {string.Join(", ", errors.GroupBy(e => e.GetType().Name).Select(g => $"{g.Count()} {g.Key}"))}");
        Assert.Empty(errors);
        await AssertNothingLeftAsync(cluster);

        async Task CallAsync(int caller)
        {
            while (true)
            {
                try
                {
                    switch (caller % 4)
                    {
                        case 0:
                            await using (var connection = await db.OpenConnectionAsync(Cancelled))
                                await SelectAsync(connection, Cancelled);
                            break;
                        case 1:
                            await using (var connection = await db.OpenReadConnectionAsync(Cancelled))
                                await SelectAsync(connection, Cancelled);
                            break;
                        case 2:
                            await db.ExecuteAsync(SelectAsync, WorkKind.IdempotentWrite, Cancelled);
                            break;
                        default:
                            await db.ReadAsync(async (connection, token) =>
                            {
                                await SelectAsync(connection, token);
                                return 1;
                            }, cancellationToken: Cancelled);
                            break;
                    }

                    Interlocked.Increment(ref done);
                }
                catch (ObjectDisposedException e) when (e.ObjectName == typeof(HaDataSource).FullName)
                {
                    return;
                }
                catch (NpgsqlException) when (state != "peace" && Volatile.Read(ref faulted) == 1)
                {
                    // Its server was taken away under a statement.
                }
                catch (Exception e)
                {
                    errors.Enqueue(e);
                    return;
                }
            }
        }
    }

    private static async Task SelectAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task AssertNothingLeftAsync(PostgresCluster cluster)
    {
        foreach (var node in cluster.Nodes.Where(n => n.IsRunning))
        {
            var left = "";
            try
            {
                await UntilAsync($"nothing of it at {node.Name}", async () => (left = await ServerSessions.ListAsync(node)).Length == 0);
            }
            catch (Xunit.Sdk.XunitException)
            {
                Assert.Equal("", left);
                throw;
            }
        }
    }
}
