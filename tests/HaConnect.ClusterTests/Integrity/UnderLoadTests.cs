using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>Servers that follow one another while a client changes, adds and removes rows without a pause: no false alarm, and a true one.</summary>
public sealed class UnderLoadTests : IntegrityTest
{
    [Fact]
    public async Task Run_PrimaryAgainstItsStandbyUnderLoad_NoFalseAlarmAndAChangedByteOfTheStandbysFileIsFound()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await ExecuteAsync(cluster, "n1", "app", [.. LoadedTables.Made, "CREATE TABLE quiet (id int PRIMARY KEY, mark text NOT NULL)", "INSERT INTO quiet SELECT i, 'mark-' || md5(i::text) FROM generate_series(1, 1000) i", "CREATE UNLOGGED TABLE fleeting (id int PRIMARY KEY)"]);
        var options = new VerificationOptions { MaxLoad = 0.5, StatementTarget = TimeSpan.FromMilliseconds(10), ShowsValues = true };
        int before;
        await using (var load = new LoadClient(Connection(cluster, "n1"), LoadedTables.Transaction, LoadedTables.Accounts, clients: 4, TimeSpan.Zero))
        {
            await UntilAsync("the load", () => Task.FromResult(load.Count > 200));
            before = load.Count;
            for (var run = 0; run < 5; run++)
            {
                var report = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n2"), options);
                Assert.Equal((0L, 0L, VerificationVerdict.Met), (report.DifferentRows, report.UnjudgedRows, report.Verdict));
                Assert.True(report.Rows >= LoadedTables.Accounts + 1000 + before, $"{report.Rows}");
                Assert.All(report.Tables, t => Assert.Equal("by place in the file", t.Method));
                Assert.Contains(report.Notes, n => n is { Kind: VerificationNoteKind.Note, Table: "public.fleeting" });
            }

            Assert.True(load.Count > before + 100, "the load stood still: the test shows little");
        }

        await StandbyFile.ChangeAsync(cluster, "quiet", "mark-a87ff679a2f3e71d9181a67b7542122c", "mark-a87ff679a2f3e71d9181a67b7542122d", Cancelled); // md5 of 4
        await using (var load = new LoadClient(Connection(cluster, "n1"), LoadedTables.Transaction, LoadedTables.Accounts, clients: 2, TimeSpan.Zero))
        {
            var report = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n2"), options);
            Assert.Equal((1L, 0L, VerificationVerdict.NotMet), (report.DifferentRows, report.UnjudgedRows, report.Goal > report.Rate ? report.Verdict : VerificationVerdict.NotMet));
            Assert.Equal(["Changed ctid=(0,4): mark mark-a87ff679a2f3e71d9181a67b7542122c|mark-a87ff679a2f3e71d9181a67b7542122d"], Shown(report, "public.quiet"));
        }

        // A standby that does not replay: what is late is not taken for different, nor for equal.
        await cluster["n2"].ExecuteAsync("SELECT pg_wal_replay_pause()", Cancelled);
        await ExecuteAsync(cluster, "n1", "app", "UPDATE accounts SET balance = balance + 1 WHERE id = 7");
        var late = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n2"), new VerificationOptions { Tables = { "accounts" }, FollowTimeout = TimeSpan.FromSeconds(1) });
        Assert.Equal((VerificationVerdict.Unknown, 0L), (late.Verdict, late.DifferentRows));
        Assert.True(late.UnjudgedRows >= 1, $"{late.UnjudgedRows}"); // the version that is gone, the new one, and what of the load was still on its way
        await cluster["n2"].ExecuteAsync("SELECT pg_wal_replay_resume()", Cancelled);
    }

    [Fact]
    public async Task Run_PublisherAgainstItsSubscriberUnderLoad_NoFalseAlarmAndAChangedRowIsFound()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, Settings = { ["wal_level"] = "logical" } });
        await ExecuteAsync(cluster, "n1", "app", [.. LoadedTables.Made, "CREATE TABLE part (id int PRIMARY KEY, shown text, secret text)", "INSERT INTO part SELECT i, 's' || i, 't' || i FROM generate_series(1, 100) i",
            "CREATE PUBLICATION pub FOR TABLE accounts, history, queue, part (id, shown) WHERE (id <= 50)", "CREATE TABLE alone (id int PRIMARY KEY)", "CREATE DATABASE copy", "SELECT pg_create_logical_replication_slot('copied', 'pgoutput')"]);
        var node = cluster["n1"];
        await ExecuteAsync(cluster, "n1", "copy",
            "CREATE TABLE accounts (id int PRIMARY KEY, filler text NOT NULL, balance int NOT NULL)", "CREATE TABLE history (account int, delta int, at timestamptz)", "CREATE TABLE queue (id bigint PRIMARY KEY, what text NOT NULL, more int)", "CREATE TABLE part (id int PRIMARY KEY, shown text)",
            $"CREATE SUBSCRIPTION copied CONNECTION 'host={node.Host} port={node.Port} dbname=app user={cluster.Superuser.User} password={cluster.Superuser.Password}' PUBLICATION pub WITH (create_slot = false, slot_name = 'copied')");
        await using var copy = NpgsqlDataSource.Create(Connection(cluster, "n1", "copy"));
        await UntilAsync("the first copy", async () =>
        {
            await using var ready = copy.CreateCommand("SELECT count(*) FROM pg_subscription_rel WHERE srsubstate = 'r'");
            return await ready.ExecuteScalarAsync(Cancelled) is 4L;
        }, TimeSpan.FromSeconds(60));
        var options = new VerificationOptions { MaxLoad = 0.5, StatementTarget = TimeSpan.FromMilliseconds(10) };
        await using (var load = new LoadClient(Connection(cluster, "n1"), LoadedTables.Transaction, LoadedTables.Accounts, clients: 2, TimeSpan.FromMilliseconds(2)))
        {
            await UntilAsync("the load", () => Task.FromResult(load.Count > 200));
            for (var run = 0; run < 2; run++)
            {
                var report = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n1", "copy"), options);
                Assert.Equal((0L, 0L, VerificationVerdict.Met), (report.DifferentRows, report.UnjudgedRows, report.Verdict));
                Assert.StartsWith("The right side subscribes", report.Relation, StringComparison.Ordinal);
                Assert.Equal(["by ranges of id", "as a set, without a key", "by ranges of id", "by ranges of id"], report.Tables.Select(t => t.Method));
                Assert.Equal(50, report.Tables.Single(t => t.Name == "public.part").Rows);
                Assert.Contains(report.Notes, n => n.Kind == VerificationNoteKind.Note && n.Text.Contains("public.alone", StringComparison.Ordinal));
            }

            await ExecuteAsync(cluster, "n1", "copy", "UPDATE accounts SET filler = 'y' WHERE id = 4711", "DELETE FROM part WHERE id = 7");
            var told = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n1", "copy"), options);
            Assert.Equal(2, told.DifferentRows);
            Assert.StartsWith("Changed id=4711: filler xxx", Assert.Single(Shown(told, "public.accounts")), StringComparison.Ordinal);
            Assert.StartsWith("Missing id=7", Assert.Single(Shown(told, "public.part")), StringComparison.Ordinal);
        }

        await ExecuteAsync(cluster, "n1", "copy", "ALTER SUBSCRIPTION copied DISABLE", "ALTER SUBSCRIPTION copied SET (slot_name = NONE)", "DROP SUBSCRIPTION copied");
    }
}
