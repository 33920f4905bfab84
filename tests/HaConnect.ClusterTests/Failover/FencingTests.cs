using HaConnect.Testing;

namespace HaConnect.ClusterTests.Failover;

/// <summary>A program fences the lost primary, on real servers: without its word it is not failed over.</summary>
public sealed class FencingTests : ClusterTest
{
    private readonly RecordingAuditSink _audit = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-fence-");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Asynchronous_PrimaryFrozen_AnotherIsPromotedOnlyOnceTheProgramHasKilledIt()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        var options = ClusterOptions.Coordinate(cluster, requiredSynchronousStandbys: 0);
        var (jammed, pidFile) = (Path.Combine(_folder.FullName, "jammed"), Path.Combine(cluster["n1"].DataDirectory, "postmaster.pid"));
        options.Failover.Fencing.Command = "/bin/sh";
        options.Failover.Fencing.Arguments.Add("-c");
        options.Failover.Fencing.Arguments.Add($"""[ "$HACONNECT_NODE" = n1 ] && [ "$HACONNECT_DRY_RUN" = false ] || exit 9; [ ! -e '{jammed}' ] || exit 4; p=$(head -n 1 '{pidFile}'); kill -KILL $p $(cat /proc/$p/task/$p/children)""");
        await using var db = BuildAudited(options, _audit);
        await UntilManagedAsync(db);
        var postmaster = (await File.ReadAllLinesAsync(pidFile, Cancelled))[0];
        await File.WriteAllTextAsync(jammed, "", Cancelled);

        await cluster["n1"].FreezeAsync(Cancelled);
        await UntilAsync("the refusal", () => Task.FromResult(_audit.Records.Any(r => r.Sentence == "failover refused: n1 could not be fenced: /bin/sh ended with exit code 4")));
        var seen = db.Snapshot.Version;
        await UntilAsync("many probes", () => Task.FromResult(db.Snapshot.Version > seen + 50));
        foreach (var standby in (string[])["n2", "n3"])
        {
            Assert.True(await cluster[standby].ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));
            Assert.NotEqual("", await cluster[standby].ScalarAsync<string>("SHOW primary_conninfo", Cancelled)); // nothing was changed
        }

        File.Delete(jammed);
        await UntilAsync("another primary", () => Task.FromResult(db.Snapshot is { Term: 2, Primary.Name: not "n1" }));
        Assert.True(!File.Exists($"/proc/{postmaster}/stat") || (await File.ReadAllTextAsync($"/proc/{postmaster}/stat", Cancelled)).Contains(") Z", StringComparison.Ordinal), "n1 lives on");
        var told = _audit.Records.Select(r => r.Sentence).ToList();
        Assert.InRange(told.IndexOf("fenced from outside: /bin/sh ended with exit code 0"), 0, told.FindIndex(s => s.StartsWith("term 2 is promised by ", StringComparison.Ordinal)) - 1);
    }
}
