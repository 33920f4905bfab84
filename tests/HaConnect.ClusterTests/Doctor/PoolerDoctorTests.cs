using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Doctor;

/// <summary>A real PgBouncer before one node, where it is installed.</summary>
public sealed class PoolerDoctorTests : ClusterTest
{
    [Theory]
    [InlineData("", "a connection pooler answers for n2 (08P01: unsupported startup parameter")]
    [InlineData("ignore_startup_parameters = options", "a connection pooler answers for n2 (the connection was told of server process")]
    public async Task Diagnose_PoolerBeforeANode_IsUnsafe(string setting, string problem)
    {
        var program = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Append("/usr/sbin").Select(f => Path.Combine(f, "pgbouncer")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "PgBouncer is not on this machine");
        var cluster = await StartClusterAsync();
        var (port, folder) = (FreePort(), Directory.CreateTempSubdirectory("haconnect-pooler-"));
        using var pooler = Start(program, Path.Combine(folder.FullName, "pgbouncer.ini"), cluster, port, setting);
        try
        {
            var options = ClusterOptions.Coordinate(cluster);
            options.Nodes[1].Port = port;
            await using var db = new HaDataSourceBuilder(options).Build();
            ClusterFinding? finding = null;
            await UntilAsync("the pooler found", async () => (finding = (await db.Cluster.DiagnoseAsync(Cancelled)).FirstOrDefault(f => f.Problem.StartsWith(problem, StringComparison.Ordinal))) is not null);
            Assert.Equal((FindingSeverity.Unsafe, "n2", "give the address of the server itself in the options"), (finding!.Severity, finding.Node, finding.Remedy));
        }
        finally
        {
            pooler.Kill();
            await pooler.WaitForExitAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }

    private static Process Start(string program, string file, PostgresCluster cluster, int port, string setting)
    {
        File.WriteAllText(file, $"""
            [databases]
            postgres = host={cluster["n2"].Host} port={cluster["n2"].Port} user={cluster.Control.User} password={cluster.Control.Password}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port.ToString(CultureInfo.InvariantCulture)}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            {setting}

            """);
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardError = true };
        if (Environment.IsPrivilegedProcess)
        {
            // It refuses to run as root.
            start.ArgumentList.Add("-u");
            start.ArgumentList.Add("nobody");
        }

        start.ArgumentList.Add(file);
        var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
