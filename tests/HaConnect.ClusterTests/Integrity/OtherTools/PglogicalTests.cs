using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Integrity.OtherTools;

public sealed class PglogicalTests : OtherToolTest
{
    [Fact]
    public async Task Run_ServersThatPglogicalKeepsInStepUnderLoad_NoFalseAlarmAndWhatIsPlantedIsFound()
    {
        Assert.SkipWhen(ReplicationTools.WhyNot is not null, ReplicationTools.WhyNot ?? "");
        var left = await StartClusterAsync(ReplicationTools.Options(0, ("shared_preload_libraries", "pglogical")));
        var right = await StartClusterAsync(ReplicationTools.Options(0, ("shared_preload_libraries", "pglogical")));
        foreach (var cluster in (PostgresCluster[])[left, right])
        {
            await ExecuteAsync(cluster, "n1", "app", [.. Tables, "CREATE EXTENSION pglogical"]);

            // A server that knows this setting decodes by no other plugins.
            if (await PluginsAsync(cluster) is null)
                continue;
            await ExecuteAsync(cluster, "n1", "app", "ALTER SYSTEM SET output_plugin_libraries = pgoutput, pglogical_output", "SELECT pg_reload_conf()");
            await UntilAsync("the setting", async () => (await PluginsAsync(cluster))!.Contains("pglogical_output", StringComparison.Ordinal));
        }

        await ExecuteAsync(left, "n1", "app", [.. Rows,
            $"SELECT pglogical.create_node('l', '{Conninfo(left)}')", "SELECT pglogical.replication_set_add_table('default', t::regclass) FROM unnest('{accounts,queue,by_text,by_two}'::text[]) t",
            "SELECT pglogical.replication_set_add_table('default_insert_only', 'alone')"]); // without a key nothing but what is added is carried
        await ExecuteAsync(right, "n1", "app", $"SELECT pglogical.create_node('r', '{Conninfo(right)}')", $"SELECT pglogical.create_subscription('sub', '{Conninfo(left)}', '{{default,default_insert_only}}')");
        await UntilInStepAsync(right, "accounts", "queue", "by_text", "by_two", "alone");

        await RequireFoundAsync(left, right, "the extension pglogical", "Sequences that are behind at the right, to be set there before it takes writes: public.queue_id_seq", 5);

        // What is changed in a table without a key stays behind, and is told; what is added goes along.
        await ExecuteAsync(left, "n1", "app", "INSERT INTO alone VALUES (2000, 'added')", "UPDATE alone SET what = 'changed' WHERE who = 7");
        var told = await VerifyAsync(Side(left, "n1"), Right(right), new VerificationOptions { Tables = { "alone" } });
        Assert.Equal((4L, VerificationVerdict.NotMet), (told.DifferentRows, told.Verdict));
        Assert.Equal(["Extra : who NULL|7; what NULL|what 7", "Missing : who 7|NULL; what changed|NULL"], Shown(told, "public.alone"));

        // What belongs to the extension is compared where it is named.
        var named = await VerifyAsync(Side(left, "n1"), Right(right), new VerificationOptions { Tables = { "pglogical.node" }, Settle = TimeSpan.Zero });
        Assert.Equal(VerificationVerdict.NotMet, named.Verdict);
    }

    /// <summary>Null where the server does not know the setting.</summary>
    private static Task<string?> PluginsAsync(PostgresCluster cluster) => cluster["n1"].ScalarAsync<string>("SELECT setting FROM pg_settings WHERE name = 'output_plugin_libraries'", Cancelled);
}
