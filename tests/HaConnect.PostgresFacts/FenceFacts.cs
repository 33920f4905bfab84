using HaConnect.Failover;
using HaConnect.Failover.Promotion;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>What the fence of an old primary rests on: DataNodeControl.FenceAsync.</summary>
public sealed class FenceFacts(PairCluster pair) : IClassFixture<PairCluster>
{
    /// <summary>
    /// default_transaction_read_only reaches open sessions by a reload, from their next transaction on; one that is open goes on writing, and
    /// its commit then waits for the name that nobody bears. The control session overrules it for itself, when it begins.
    /// </summary>
    [Fact]
    public async Task RefuseWrites_OpenSession_IsReadOnlyFromItsNextTransactionOn()
    {
        var cluster = await pair.ReadyAsync();
        await using var control = await cluster.OpenAsync("n1", cluster.Control, s => s.Options = "-c default_transaction_read_only=off -c synchronous_commit=local");
        await using var admin = await cluster.OpenAsync("n1", configure: s => s.Options = "-c default_transaction_read_only=off -c synchronous_commit=local");
        await admin.ExecuteAsync("CREATE TABLE IF NOT EXISTS fence_facts (id int); GRANT ALL ON fence_facts TO PUBLIC");
        await using var idle = await cluster.OpenAsync("n1", cluster.Application);
        await using var open = await cluster.OpenAsync("n1", cluster.Application);
        await idle.ExecuteAsync("INSERT INTO fence_facts VALUES (1)");
        await using var transaction = await open.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await open.ExecuteAsync("INSERT INTO fence_facts VALUES (2)");
        try
        {
            await control.ExecuteAsync(ControlSql.RefuseWrites);
            await control.SetAsync("synchronous_standby_names", SynchronousNames.Fenced(2));
            var closedAt = await control.ScalarAsync<DateTime>(ControlSql.Now);

            var refused = await Assert.ThrowsAsync<PostgresException>(() => idle.ExecuteAsync("INSERT INTO fence_facts VALUES (1)"));
            Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refused.SqlState);
            await open.ExecuteAsync("INSERT INTO fence_facts VALUES (2)");
            var commit = transaction.CommitAsync(CancellationToken.None);
            await Until.TrueAsync("the commit waits for a standby", () => admin.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {open.ProcessID} AND wait_event = 'SyncRep')"));
            await admin.ExecuteAsync("CREATE TABLE IF NOT EXISTS fence_control (id int)"); // a control session may write

            Assert.Equal(2, await control.ScalarAsync<int>(ControlSql.TerminateClients, closedAt));
            Assert.IsType<EndOfStreamException>((await Assert.ThrowsAsync<NpgsqlException>(() => commit)).GetBaseException()); // closed without an answer
            Assert.Equal(2, await admin.ScalarAsync<long>("SELECT count(*) FROM fence_facts WHERE id = 2")); // unacked, and there
            await Until.TrueAsync("no client is left", async () => await control.ScalarAsync<int>(ControlSql.TerminateClients, closedAt) == 0);
        }
        finally
        {
            await control.ExecuteAsync(ControlSql.AllowWrites);
            await control.SetAsync("synchronous_standby_names", "");
        }

        await using var next = await cluster.OpenAsync("n1", cluster.Application);
        await next.ExecuteAsync("INSERT INTO fence_facts VALUES (3)");
    }
}
