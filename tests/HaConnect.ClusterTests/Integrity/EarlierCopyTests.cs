using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>A physical copy as of an earlier moment against the server that went on: what changed since is not judged, what the copy has wrongly is found.</summary>
public sealed class EarlierCopyTests : IntegrityTest
{
    [Fact]
    public async Task Run_CopyOfAnEarlierMoment_OnlyWhatCannotBeExplainedIsDifferent()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await ExecuteAsync(cluster, "n1", "app", "CREATE TABLE kept (id int PRIMARY KEY, v text)", "INSERT INTO kept SELECT i, 'v' || i FROM generate_series(1, 5000) i", "CREATE TABLE bag (v text)", "CREATE TABLE old (id int)", "INSERT INTO old VALUES (1), (2)", "CREATE TABLE odd (id int)", "CREATE TABLE gone (id int)", "INSERT INTO bag SELECT 'b' || (i % 100) FROM generate_series(1, 2000) i");
        await using var open = new NpgsqlConnection(Connection(cluster, "n1") + ";Pooling=false");
        await open.OpenAsync(Cancelled);
        await using (var running = new NpgsqlCommand("BEGIN; UPDATE kept SET v = 'in flight' WHERE id = 1; INSERT INTO kept VALUES (9001, 'in flight')", open))
            await running.ExecuteNonQueryAsync(Cancelled);
        await ExecuteAsync(cluster, "n1", "app", "UPDATE kept SET v = 'before' WHERE id = 2"); // a later transaction, which is there
        await UntilAsync("it is at the standby", async () => await RowAsync(2) == "before");

        // The moment: from here on they are two servers.
        await cluster["n2"].ExecuteAsync("SELECT pg_promote()", Cancelled);
        var next = await cluster["n2"].ScalarAsync<long>("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint", Cancelled);
        await using (var commit = new NpgsqlCommand("COMMIT", open))
            await commit.ExecuteNonQueryAsync(Cancelled);
        await ExecuteAsync(cluster, "n1", "app", "UPDATE kept SET v = 'later' WHERE id BETWEEN 10 AND 19", "DELETE FROM kept WHERE id BETWEEN 20 AND 24", "INSERT INTO kept SELECT i, 'new' FROM generate_series(6001, 6003) i",
            "INSERT INTO bag VALUES ('later')", "DELETE FROM bag WHERE v = 'b7'", "VACUUM (FREEZE) kept",
            "CREATE TABLE later (id int)", "INSERT INTO later VALUES (1)", "ALTER TABLE kept ADD extra int", "ALTER TABLE odd RENAME TO even", "DROP TABLE gone", "GRANT SELECT ON old TO PUBLIC", "TRUNCATE old", "INSERT INTO old VALUES (1), (2), (3)");
        var options = Still();
        options.AsOf = next;
        var equal = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n2"), options);
        Assert.Equal((0L, VerificationVerdict.Met), (equal.DifferentRows, equal.Verdict));
        Assert.Equal("Made or renamed at the left since the copy, and so not compared: public.even, public.later, public.kept.extra.", Assert.Single(equal.Notes, n => n.Text.StartsWith("Made or renamed", StringComparison.Ordinal)).Text);
        Assert.DoesNotContain(equal.Notes, n => n.Kind != VerificationNoteKind.Note);
        Assert.Equal(2 + 10 + 5 + 3, equal.Tables.Single(t => t.Name == "public.kept").ChangedSince);
        Assert.Equal(1 + 20, equal.Tables.Single(t => t.Name == "public.bag").ChangedSince);

        await ExecuteAsync(cluster, "n2", "app", "UPDATE kept SET v = 'wrong' WHERE id = 100", "DELETE FROM kept WHERE id = 2", "DELETE FROM bag WHERE ctid IN (SELECT ctid FROM bag WHERE v = 'b8' LIMIT 3)");
        var different = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n2"), options);
        Assert.Equal(["Changed id=100: v v100|wrong", "Missing id=2: id 2|NULL; v before|NULL"], Shown(different, "public.kept"));
        Assert.Equal((3L, 5L, VerificationVerdict.NotMet), (different.Tables.Single(t => t.Name == "public.bag").DifferentRows, different.DifferentRows, different.Verdict));

        // What the copy should have, since it was made before, whatever has been done with it.
        await ExecuteAsync(cluster, "n2", "app", "DROP TABLE old", "ALTER TABLE kept DROP v");
        var lacking = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n2"), options);
        Assert.Contains(lacking.Notes, n => n is { Kind: VerificationNoteKind.Difference, Table: "public.old" });
        Assert.Contains(lacking.Notes, n => n is { Kind: VerificationNoteKind.Difference, Table: "public.kept" } && n.Text.Contains("no column v;", StringComparison.Ordinal));

        async Task<string?> RowAsync(int id)
        {
            await using var connection = new NpgsqlConnection(Connection(cluster, "n2") + ";Pooling=false");
            await connection.OpenAsync(Cancelled);
            await using var read = new NpgsqlCommand("SELECT v FROM kept WHERE id = $1", connection) { Parameters = { new() { Value = id } } };
            return (string?)await read.ExecuteScalarAsync(Cancelled);
        }
    }
}
