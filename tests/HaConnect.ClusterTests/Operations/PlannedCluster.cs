using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HaConnect.Cli.Connecting;
using HaConnect.ClusterTests.Cli;
using HaConnect.Operations.Planning;
using HaConnect.Operations.Processes;
using HaConnect.Testing;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;
using Npgsql;

namespace HaConnect.ClusterTests.Operations;

/// <summary>A cluster that is set up by what <c>haconnect plan --commands</c> prints, run by sh as the servers' user, and by nothing else.</summary>
internal sealed class PlannedCluster : IAsyncDisposable
{
    private readonly UnixUser _user;
    private readonly Watchdog _watchdog;
    private readonly List<PortReservation> _ports = [];

    private PlannedCluster(UnixUser user, string root, Watchdog watchdog) => (_user, Root, _watchdog) = (user, root, watchdog);

    internal string Root { get; }

    internal PlanDescription Plan { get; private set; } = new();

    internal string PlanFile => Path.Combine(Root, "plan.json");

    internal FileInfo Settings => new(Plan.InDirectory("appsettings.json"));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Writes the plan, with ports that are free. Nothing is set up yet.</summary>
    internal static async Task<PlannedCluster> PlanAsync(int nodes, int witnesses, Func<PlanDescription, PlanDescription> change)
    {
        var binaries = PostgresBinaries.Find(null) ?? throw new InvalidOperationException("PostgreSQL is not installed");
        var major = await PostgresBinaries.MajorVersionAsync(binaries, Cancelled);
        var user = await UnixUser.ResolveAsync(Cancelled);
        var made = await Tool.RunAsync("mktemp", ["-d", "/tmp/haconnect-pg-XXXXXXXX"], user.SwitchTo, cancellationToken: Cancelled); // the watchdog goes by the name; short, for the sockets
        made.ThrowIfFailed("mktemp");
        var root = made.Output.Trim();
        var cluster = new PlannedCluster(user, root, await Watchdog.StartAsync(root, TimeSpan.FromSeconds(30), Cancelled));
        cluster.Plan = change(new PlanDescription
        {
            Nodes = [.. Enumerable.Range(1, nodes).Select(i => cluster.Server($"n{i}"))],
            Witnesses = [.. Enumerable.Range(1, witnesses).Select(i => cluster.Server($"w{i}"))],
            PostgresMajor = major,
            ProgramDirectory = binaries,
            Directory = Path.Combine(root, "it's here"),
            MaxConnections = 60,
        });
        await cluster.WriteAsync(cluster.PlanFile, PlanJson.Write(cluster.Plan));
        var folder = Path.Combine(root, "bin");
        Directory.CreateDirectory(folder);
        await cluster.WriteAsync(Path.Combine(folder, "haconnect"), $"#!/bin/sh\nexec {string.Join(' ', ToolProcess.Command.Select(ShellText.Word))} \"$@\"\n");
        (await Tool.RunAsync("chmod", ["755", Path.Combine(folder, "haconnect")], cancellationToken: Cancelled)).ThrowIfFailed("chmod");
        return cluster;
    }

    /// <summary>What an operator types on each host; the standbys at once.</summary>
    internal async Task SetUpAsync()
    {
        await SetUpAsync(Plan.Primary);
        await Task.WhenAll(Plan.Nodes.Skip(1).Concat(Plan.Witnesses).Select(SetUpAsync));
    }

    /// <summary>As an issuer of certificates would: one for each server, for its address.</summary>
    internal async Task CertifyAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=issuer", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var issuer = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        await WriteAsync(Plan.InDirectory("root.crt"), issuer.ExportCertificatePem());
        foreach (var node in Plan.Nodes.Concat(Plan.Witnesses))
        {
            using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var wanted = new CertificateRequest($"CN={node.Name}", own, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Parse(node.Host));
            wanted.CertificateExtensions.Add(names.Build());
            using var certificate = wanted.Create(issuer, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
            await DoAsync($"umask 077; mkdir -p {ShellText.Word(Plan.InDirectory(node.Name))}");
            await WriteAsync(Plan.InDirectory($"{node.Name}/server.crt"), certificate.ExportCertificatePem());
            await WriteAsync(Plan.InDirectory($"{node.Name}/server.key"), own.ExportPkcs8PrivateKeyPem());
            await DoAsync($"chmod 600 {ShellText.Word(Plan.InDirectory($"{node.Name}/server.key"))}");
        }
    }

    internal PlannedNode this[string name] => Plan.Nodes.Concat(Plan.Witnesses).First(n => n.Name == name);

    /// <summary>The settings that the commands have written for the applications.</summary>
    internal HaDatabaseOptions Options() => SettingsReader.Read(null, Settings, "HaDatabase");

    internal Task<ToolResult> ShellAsync(string line) => Tool.RunAsync("/bin/sh", ["-c", $"cd {ShellText.Word(Root)}; {line}"], _user.SwitchTo, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["PATH"] = $"{Path.Combine(Root, "bin")}:{Environment.GetEnvironmentVariable("PATH")}",
        ["HOME"] = Root,
    }, cancellationToken: Cancelled);

    internal async Task<string> DoAsync(string line)
    {
        var result = await ShellAsync(line);
        Assert.True(result.ExitCode == 0, $"{line}\nended with {result.ExitCode}:\n{result.Output}\n{Logs()}");
        return result.Output;
    }

    internal Task PgCtlAsync(string node, string arguments) => DoAsync($"{ShellText.Word($"{Plan.ProgramsOf(this[node])}/pg_ctl")} {arguments} -D {ShellText.Word(Plan.DataDirectoryOf(this[node]))} -w -l {ShellText.Word($"{Plan.DataDirectoryOf(this[node])}.log")} </dev/null");

    /// <summary>As the superuser, whose password is in the servers' file.</summary>
    internal async Task ExecuteAsync(string node, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionOf(node, Plan.Roles.Superuser, "postgres", Plan.ServersPassFile));
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    internal string ApplicationConnectionOf(string node) => ConnectionOf(node, Plan.Roles.Application, Plan.Database, Plan.ApplicationPassFile);

    /// <summary>SIGKILL to all of a server's processes.</summary>
    internal async Task KillAsync(string node)
    {
        foreach (var process in await FolderProcesses.FindAsync(Plan.DataDirectoryOf(this[node]), Cancelled))
            LibC.Signal(process.Pid, UnixSignal.Kill);
        await ClusterTest.UntilAsync("the end of its processes", async () => (await FolderProcesses.FindAsync(Plan.DataDirectoryOf(this[node]), Cancelled)).Count == 0);
    }

    internal async Task WriteAsync(string path, string text)
    {
        await File.WriteAllTextAsync(path, text, Cancelled);
        _user.Own(path);
    }

    public async ValueTask DisposeAsync()
    {
        await _watchdog.DisposeAsync();
        foreach (var port in _ports)
            port.Dispose();
    }

    private string Logs() => string.Join('\n', Directory.EnumerateFiles(Root, "*.log").SelectMany(f => File.ReadLines(f).TakeLast(20).Prepend($"{f}:")));

    private PlannedNode Server(string name)
    {
        _ports.Add(PortReservation.Take(IPAddress.Loopback));
        return new PlannedNode { Name = name, Host = "127.0.0.1", Port = _ports[^1].Port, DataDirectory = Path.Combine(Root, name) };
    }

    private async Task SetUpAsync(PlannedNode node)
    {
        Assert.Contains($"{node.Name} is set up.", await DoAsync($"haconnect plan --file plan.json --commands {node.Name} | sh"), StringComparison.Ordinal);
    }

    private string ConnectionOf(string node, string user, string database, string passFile)
    {
        var connection = new NpgsqlConnectionStringBuilder { Host = this[node].Host, Port = this[node].Port, Username = user, Database = database, Passfile = passFile, Pooling = false };
        if (Plan.UsesTls)
            (connection.SslMode, connection.RootCertificate) = (SslMode.VerifyFull, Plan.InDirectory("root.crt"));
        return connection.ConnectionString;
    }
}
