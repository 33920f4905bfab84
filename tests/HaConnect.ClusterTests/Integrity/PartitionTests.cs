using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>A partitioned table under logical replication, whose partitions are replicated each by itself.</summary>
public sealed class PartitionTests : IntegrityTest
{
    private static readonly string[] s_made =
    [
        "CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)", "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1000)", "CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (1000) TO (2000)",
    ];

    [Fact]
    public async Task Run_PublishedPartitions_AreComparedAndADifferenceInOneIsFound()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, Settings = { ["wal_level"] = "logical" } });
        await ExecuteAsync(cluster, "n1", "app", [.. s_made, "INSERT INTO parted SELECT i, 'v' || i FROM generate_series(1, 1999) i", "CREATE PUBLICATION pub FOR TABLE parted", "CREATE DATABASE copy", "SELECT pg_create_logical_replication_slot('copied', 'pgoutput')"]);
        var node = cluster["n1"];
        await ExecuteAsync(cluster, "n1", "copy", [.. s_made,
            $"CREATE SUBSCRIPTION copied CONNECTION 'host={node.Host} port={node.Port} dbname=app user={cluster.Superuser.User} password={cluster.Superuser.Password}' PUBLICATION pub WITH (create_slot = false, slot_name = 'copied')"]);
        await using var copy = NpgsqlDataSource.Create(Connection(cluster, "n1", "copy"));
        await UntilAsync("the first copy", async () =>
        {
            await using var ready = copy.CreateCommand("SELECT count(*) FROM pg_subscription_rel WHERE srsubstate = 'r'");
            return await ready.ExecuteScalarAsync(Cancelled) is 2L;
        }, TimeSpan.FromSeconds(60));
        var equal = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n1", "copy"), Still());
        Assert.Equal((VerificationVerdict.Met, 1999L), (equal.Verdict, equal.Rows));
        Assert.Equal(["public.parted_1", "public.parted_2"], equal.Tables.Select(t => t.Name));
        Assert.DoesNotContain(equal.Notes, n => n.Text.Contains("Not replicated", StringComparison.Ordinal));

        await ExecuteAsync(cluster, "n1", "copy", "UPDATE parted SET v = 'w' WHERE id = 1500");
        var different = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n1", "copy"), Still("parted"));
        Assert.Equal(["Changed id=1500: v v1500|w"], Shown(different, "public.parted_2"));
        Assert.Equal((1L, VerificationVerdict.NotMet), (different.DifferentRows, different.Verdict));
        await ExecuteAsync(cluster, "n1", "copy", "ALTER SUBSCRIPTION copied DISABLE", "ALTER SUBSCRIPTION copied SET (slot_name = NONE)", "DROP SUBSCRIPTION copied");
    }
}
