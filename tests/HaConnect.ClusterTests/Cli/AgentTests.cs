using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using HaConnect.Testing;
using HaConnect.Testing.Processes;

namespace HaConnect.ClusterTests.Cli;

/// <summary><c>agent</c> as processes of their own, with no application that coordinates.</summary>
public sealed class AgentTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-agent-");
    private readonly List<Agent> _agents = [];

    [Fact]
    public async Task Agent_TwoWithoutAnApplication_FailOver_AlsoWhenTheOneInOfficeIsKilled()
    {
        var cluster = await StartClusterAsync();
        var settings = ToolRun.SettingsOf(cluster, _folder);
        var path = Path.Combine(_folder.FullName, "notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        Agent first = Start(settings, ("NOTIFY_SOCKET", path), ("JOURNAL_STREAM", "8:12345"));
        Assert.Equal("READY=1", await ReceiveAsync(manager));
        var second = Start(settings);
        await UntilAsync("term 1", () => IsPrimaryOfAsync(cluster["n1"], 1));

        await cluster["n1"].KillAsync(Cancelled);
        var next = await SuccessorAsync(cluster, "n1", 1);
        await UntilAsync("an agent has told of it", () => Task.FromResult(_agents.Exists(a => a.Lines.Any(l => l.Contains($"established: {next.Name} is the primary of term ", StringComparison.Ordinal)))));
        var inOffice = _agents.Single(a => a.Lines.Any(l => l.Contains($"established: {next.Name} is the primary of term ", StringComparison.Ordinal)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{next.Name} was promoted by the {(inOffice == first ? "first" : "second")} agent");

        await cluster.RejoinAsync(cluster["n1"], Cancelled);
        await UntilAsync("n1 may ack again", () => next.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM haconnect.term WHERE 'n1' = ANY (synchronous_standbys) AND term > 1 AND established_lsn IS NOT NULL)", Cancelled));
        inOffice.Signal(UnixSignal.Kill);
        await inOffice.EndAsync();
        await next.KillAsync(Cancelled);
        var other = _agents.Single(a => a != inOffice);
        var last = await SuccessorAsync(cluster, next.Name, await TermOfOthersAsync(cluster, next));
        await UntilAsync("the other agent has told of it", () => Task.FromResult(other.Lines.Any(l => l.Contains($"established: {last.Name} is the primary of term ", StringComparison.Ordinal))));

        other.Signal(UnixSignal.Terminate);
        Assert.Equal(0, await other.EndAsync());
        Assert.Contains(other.Lines, l => l.Contains("stops and releases its locks", StringComparison.Ordinal));
        Assert.All(first.Lines, l => Assert.Matches("^<[2-6]>HaConnect[.A-Za-z]*: ", l)); // for the journal
        Assert.All(second.Lines, l => Assert.Matches("^20[0-9TZ:.-]+ (info|warning|error|critical) HaConnect[.A-Za-z]*: ", l));
        if (other == first)
            Assert.Equal("STOPPING=1", await ReceiveAsync(manager));
        var verified = await ToolRun.InProcessAsync(settings, "audit", "verify", other.AuditFolder);
        Assert.True(verified.Code == 0, verified.ToString());
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', other.Lines));
    }

    [Fact]
    public async Task Agent_SettingsThatOnlyObserve_AreRefused()
    {
        var settings = new FileInfo(Path.Combine(_folder.FullName, "observe.json"));
        await File.WriteAllTextAsync(settings.FullName, """{ "HaDatabase": { "ConnectionString": "Host=db1,db2;Username=x" } }""", Cancelled);
        var run = await ToolRun.InProcessAsync(settings, "agent");
        Assert.Equal(64, run.Code);
        Assert.StartsWith("agent coordinates, and Failover.Mode is Observe: set it to Coordinate", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SystemdUnit_IsOneThatSystemdAccepts()
    {
        var unit = await ToolRun.InProcessAsync(new FileInfo(Path.Combine(_folder.FullName, "it is 100% ours.json")), "agent", "--systemd-unit");
        Assert.Equal(0, unit.Code);
        Assert.Contains("100%% ours.json", unit.Output, StringComparison.Ordinal);
        var analyze = ((string[])["/usr/bin/systemd-analyze", "/bin/systemd-analyze"]).FirstOrDefault(File.Exists);
        Assert.SkipWhen(analyze is null, "systemd-analyze is not installed (package systemd)");
        var file = Path.Combine(_folder.FullName, "haconnect-agent.service");
        await File.WriteAllTextAsync(file, unit.Output, Cancelled);
        var verified = await HaConnect.Testing.Processes.Tool.RunAsync(analyze!, ["verify", "--man=no", "--recursive-errors=no", file], cancellationToken: Cancelled);
        Assert.True(verified.ExitCode == 0 && verified.Output.Trim().Length == 0, verified.Output + unit.Output);

        await File.WriteAllTextAsync(file, unit.Output.Replace("Restart=always", "Restart=sometimes", StringComparison.Ordinal), Cancelled);
        var refused = await HaConnect.Testing.Processes.Tool.RunAsync(analyze!, ["verify", "--man=no", "--recursive-errors=no", file], cancellationToken: Cancelled);
        Assert.Contains("sometimes", refused.Output, StringComparison.Ordinal); // it does look
    }

    private static async Task<string> ReceiveAsync(Socket manager)
    {
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, await manager.ReceiveAsync(buffer, Cancelled).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancelled));
    }

    private static async Task<PostgresNode> SuccessorAsync(PostgresCluster cluster, string lost, long term)
    {
        PostgresNode? found = null;
        await UntilAsync($"a primary after {lost}", async () =>
        {
            foreach (var node in cluster.Nodes.Where(n => n.Name != lost && n.IsRunning))
            {
                if (await IsPrimaryOfAsync(node, term + 1))
                    found = node;
            }

            return found is not null;
        }, TimeSpan.FromSeconds(90));
        return found!;
    }

    private static async Task<long> TermOfOthersAsync(PostgresCluster cluster, PostgresNode lost) =>
        (await Task.WhenAll(cluster.Nodes.Where(n => n != lost).Select(n => n.ScalarAsync<long>("SELECT max(term) FROM haconnect.term WHERE established_lsn IS NOT NULL", Cancelled)))).Max();

    private static async Task<bool> IsPrimaryOfAsync(PostgresNode node, long term)
    {
        try
        {
            return await node.ScalarAsync<bool>($"SELECT NOT pg_is_in_recovery() AND to_regclass('haconnect.term') IS NOT NULL", Cancelled)
                && await node.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM haconnect.term WHERE primary_node = '{node.Name}' AND established_lsn IS NOT NULL AND term >= {term})", Cancelled);
        }
        catch (Npgsql.NpgsqlException)
        {
            return false;
        }
    }

    private Agent Start(FileInfo settings, params (string Name, string Value)[] environment)
    {
        var agent = new Agent(settings, Path.Combine(_folder.FullName, $"audit-{_agents.Count}"), environment);
        _agents.Add(agent);
        return agent;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
            await agent.DisposeAsync();
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private sealed class Agent : IAsyncDisposable
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private readonly Process _process;

        internal Agent(FileInfo settings, string auditFolder, (string Name, string Value)[] environment)
        {
            AuditFolder = auditFolder;
            var start = new ProcessStartInfo(ToolProcess.Command[0], [.. ToolProcess.Command.Skip(1), "agent", "--config", settings.FullName, "--audit-folder", auditFolder])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            };
            start.Environment.Remove("JOURNAL_STREAM");
            start.Environment.Remove("NOTIFY_SOCKET");
            foreach (var (name, value) in environment)
                start.Environment[name] = value;
            _process = Process.Start(start)!;
            _process.ErrorDataReceived += (_, e) =>
            {
                if (e.Data is { Length: > 0 } line)
                    _lines.Enqueue(line);
            };
            _process.BeginErrorReadLine();
        }

        internal string AuditFolder { get; }

        internal IReadOnlyCollection<string> Lines => _lines;

        internal void Signal(UnixSignal signal) => LibC.Signal(_process.Id, signal);

        internal async Task<int> EndAsync()
        {
            await _process.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancelled);
            return _process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
                _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }
    }
}
