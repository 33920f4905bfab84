using HaConnect.ClusterTests.Network;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Doctor;

/// <summary>Nodes that are reached at an address of a network, as servers are, and clocks that differ.</summary>
public sealed class TransportDoctorTests : DoctorTest
{
    [Fact]
    public async Task Diagnose_WithoutTls_IsFoundAwayFromLoopback()
    {
        var address = OwnAddress.OfThisMachine;
        Assert.SkipWhen(address is null, "this machine has no address but loopback");
        var cluster = await StartClusterAsync(new PostgresClusterOptions { ListenAddress = address, DataChecksums = true });
        await using var db = new HaDataSourceBuilder(Declared(ClusterOptions.Coordinate(cluster))).Build();

        // The doctor's own connection is a client's; and three nodes on one address are on one host.
        await UntilExactlyAsync(db, ["client-without-tls@n1", "client-without-tls@n2", "client-without-tls@n3", "replication-without-tls@n1", "shared-host@-"]);
        foreach (var node in cluster.Nodes)
            await ServerCertificate.IssueAsync(node, [node.Name], Cancelled);
        await UntilExactlyAsync(db, ["replication-without-tls@n1", "shared-host@-"]);
        foreach (var node in cluster.Nodes.Skip(1))
        {
            // A server that runs as another user than its home folder's may not look for a certificate of its own there.
            var conninfo = await node.ScalarAsync<string>("SELECT current_setting('primary_conninfo')", Cancelled);
            await SetAsync(node, "primary_conninfo", $"{conninfo} sslmode=require sslcert=/nonexistent/crt sslkey=/nonexistent/key");
        }

        await UntilExactlyAsync(db, ["shared-host@-"]);
    }

    [Fact]
    public async Task Diagnose_ClockThatIsAnHourAhead_IsFound()
    {
        var library = ((string[])["/usr/lib", "/usr/lib64"]).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "libfaketime.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true })).FirstOrDefault();
        Assert.SkipWhen(library is null, "libfaketime is not installed (eng/install-fault-tools.sh installs what is needed)");
        var cluster = await StartClusterAsync(new PostgresClusterOptions
        {
            Standbys = 1,
            SynchronousStandbys = 0,
            ServerEnvironment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["LD_PRELOAD"] = library,
                ["FAKETIME_TIMESTAMP_FILE"] = "clock", // in the working folder, so that each server has a clock of its own
                ["FAKETIME_NO_CACHE"] = "1",
                ["DONT_FAKE_MONOTONIC"] = "1",
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            },
        });
        var options = ClusterOptions.Observe(cluster);
        (options.Failover.ControlUsername, options.Failover.ControlPassword) = (cluster.Control.User, cluster.Control.Password);
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilExactlyAsync(db, []);
        var file = Path.Combine(cluster["n2"].DataDirectory, "clock");
        await File.WriteAllTextAsync(file + ".new", "+1h\n", Cancelled);
        File.Move(file + ".new", file);
        var finding = Assert.Single(await UntilExactlyAsync(db, ["clocks-differ@n2"]));
        Assert.Contains("s ahead of that of n1", finding.Problem, StringComparison.Ordinal);
        File.Delete(file);
        await UntilExactlyAsync(db, []);
    }
}
