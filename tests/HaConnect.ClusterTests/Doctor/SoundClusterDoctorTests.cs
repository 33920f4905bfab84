using HaConnect.ClusterTests.Operations.Roles;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Doctor;

/// <summary>A cluster as it should be, with a coordinator at work; and the script, run by psql itself.</summary>
public sealed class SoundClusterDoctorTests : DoctorTest
{
    [Fact]
    public async Task Diagnose_SoundClusterThatIsCoordinated_FindsNothing()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { DataChecksums = true });
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(db);
        for (var i = 0; i < 5; i++)
        {
            var findings = await db.Cluster.DiagnoseAsync(Cancelled);
            Assert.Equal(["encryption-at-rest@-", "rules-unseen@-"], findings.Select(Key).Order(StringComparer.Ordinal));
            Assert.All(findings, f => Assert.Equal(FindingSeverity.Information, f.Severity));
        }

        // What it says of itself is mended, too; and declared.
        await MendAsync(cluster, (await db.Cluster.DiagnoseAsync(Cancelled)).Single(f => f.Code == "rules-unseen"), null);
        await using var declared = new HaDataSourceBuilder(Declared(ClusterOptions.Coordinate(cluster))).Build();
        await UntilAsync("nothing to say any more", async () => (await declared.Cluster.DiagnoseAsync(Cancelled)).Count == 0);
    }

    [Fact]
    public async Task Script_RunByPsqlAtEachNode_MendsAllThatStatementsMend()
    {
        var psql = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(f => Path.Combine(f, "psql")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(psql is null, "psql is not on this machine");
        var (cluster, db) = await StartSoundAsync();
        await using var _ = db;
        const string Odd = "\"odd\n\\! touch /tmp/never\n\"\"one'; -- \"";
        await cluster["n1"].ExecuteAsync($"CREATE ROLE {Odd}", Cancelled);
        await cluster["n1"].ExecuteAsync($"ALTER ROLE {Odd} SET synchronous_commit = off", Cancelled);
        await SetAsync(cluster["n1"], "autovacuum", "off");
        await SetAsync(cluster["n2"], "wal_sender_timeout", "0");
        var findings = await UntilExactlyAsync(db, ["commit-override@n1", "autovacuum@n1", "wal-sender-timeout@n2"]);

        var script = ClusterDoctorScript.Write(findings);
        TestContext.Current.TestOutputHelper?.WriteLine(script);
        var (code, _) = await Psql.RunAsync(psql, cluster, "n1", script);
        Assert.Equal(0, code);
        await UntilExactlyAsync(db, findings.Select(Key)); // it was not told where it is, and did nothing
        foreach (var node in (string[])["n1", "n2", "n3"])
        {
            var (exit, output) = await Psql.RunAsync(psql, cluster, node, script, $"node={node}");
            Assert.True(exit == 0, output);
        }

        await UntilExactlyAsync(db, []);
        Assert.False(File.Exists("/tmp/never"));
    }
}
