using System.Diagnostics;
using System.Text;
using HaConnect.ClusterTests.Cli;
using HaConnect.Operations;
using HaConnect.Testing;
using HaConnect.Testing.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Operations;

/// <summary>Nothing that HaConnect says, writes or sends has a password in it; docs/operations/security.md.</summary>
public sealed class SecretsTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-secrets-");
    private readonly FakeLogCollector _log = new();
    private readonly StringBuilder _said = new();

    /// <summary>Through a failover, a switchover, errors and every command that looks; with servers that log each statement.</summary>
    [Fact]
    public async Task Passwords_AreInNoLogRecordMessageSettingOrStatement()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Settings = { ["log_statement"] = "all", ["log_connections"] = "on", ["log_min_duration_statement"] = "0" } });
        var passFile = Path.Combine(Path.GetDirectoryName(cluster["n1"].DataDirectory)!, "it's a pass file");
        await File.WriteAllTextAsync(passFile, $"*:*:*:{cluster.Replication.User}:{cluster.Replication.Password}\n", Cancelled);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(passFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await UnixUser.ResolveAsync(Cancelled)).Own(passFile);
        foreach (var node in cluster.Nodes.Skip(1))
        {
            var conninfo = new StringBuilder(await node.ScalarAsync<string>("SELECT current_setting('primary_conninfo')", Cancelled)).Replace($"password={cluster.Replication.Password}", $"passfile='{passFile.Replace("'", "\\'", StringComparison.Ordinal)}'");
            await node.ExecuteAsync($"ALTER SYSTEM SET primary_conninfo = '{conninfo.Replace("'", "''")}'", Cancelled);
            await node.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        }

        var logged = await Task.WhenAll(cluster.Nodes.Select(async n => (await n.ReadLogAsync(Cancelled)).Length)); // what the test's own set-up has sent is not HaConnect's
        using var activities = new ActivityListener { ShouldListenTo = _ => true, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded, ActivityStopped = Hear };
        ActivitySource.AddActivityListener(activities);

        void UsePassFile(HaDatabaseOptions o) => (o.Failover.Replication.Password, o.Failover.Replication.PassFile) = (null, passFile);
        var options = ClusterOptions.Coordinate(cluster);
        UsePassFile(options);
        await using (var audit = AuditFile.Open(Path.Combine(_folder.FullName, "audit")))
        await using (var db = Build(options, audit))
        {
            await UntilManagedAsync(db);
            await WriteAsync(db);
            await cluster["n1"].KillAsync(Cancelled);
            await WriteAsync(db);
            var primary = db.Snapshot.Primary!.Name;
            await cluster.RejoinAsync(cluster["n1"], discards: false, Cancelled);
            await UntilAsync("n1 counts again", () => Task.FromResult(db.Snapshot["n1"]!.Lag is not null));
            var switched = await db.Cluster.SwitchoverAsync(primary == "n2" ? "n3" : "n2", cancellationToken: Cancelled);
            Assert.True(switched.Succeeded, switched.Reason);
            _said.AppendLine(switched.ToString()).AppendLine(db.Snapshot.Describe()).AppendLine(db.ExplainRead().ToString()).AppendLine(db.ConnectionString);
            await using var connection = await db.OpenConnectionAsync(Cancelled);
            _said.AppendLine(connection.ConnectionString);
            _said.AppendLine(string.Join('\n', await db.Cluster.DiagnoseAsync(Cancelled)));
        }

        // What is refused: each of the three, with the others' right.
        await FailAsync(o => o.ConnectionString += ";Database=nowhere");
        await FailAsync(o => o.Failover.ControlUsername = "nobody");
        await FailAsync(o => o.ConnectionString += ";Command Timeout=-7");
        foreach (var command in (string[])["status", "status -o json", "explain --write", "doctor", "doctor --sql", "check primary", "check replicas", "check slots", "pause --reason night", "resume", "switchover n9"])
            _said.AppendLine((await ToolRun.InProcessAsync(ToolRun.SettingsOf(cluster, _folder, UsePassFile), command.Split(' '))).ToString());

        _said.AppendJoin('\n', _log.GetSnapshot().Select(r => $"{r.Message} {string.Join(' ', r.StructuredState?.Select(s => s.Value) ?? [])} {r.Exception}"));
        foreach (var file in _folder.EnumerateFiles("*", SearchOption.AllDirectories).Where(f => f.Extension != ".json" || f.Directory!.Name == "audit"))
            _said.AppendLine(await File.ReadAllTextAsync(file.FullName, Cancelled));
        foreach (var (node, before) in cluster.Nodes.Zip(logged))
        {
            var log = (await node.ReadLogAsync(Cancelled))[before..];
            Assert.Contains("ALTER SYSTEM SET primary_conninfo", string.Concat(await Task.WhenAll(cluster.Nodes.Select(n => n.ReadLogAsync(Cancelled)))), StringComparison.Ordinal); // the statements are there
            _said.AppendLine(log).AppendLine(await node.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', name, setting), E'\\n') FROM pg_file_settings", Cancelled));
        }

        var said = _said.ToString();
        TestContext.Current.TestOutputHelper?.WriteLine($"{said.Length} characters");
        Assert.Contains(passFile.Replace("'", "\\'", StringComparison.Ordinal), said, StringComparison.Ordinal); // so a password in the same place would have been there too
        foreach (var login in (PostgresCredentials[])[cluster.Application, cluster.Control, cluster.Replication, cluster.Superuser])
        {
            var at = said.IndexOf(login.Password, StringComparison.Ordinal);
            Assert.True(at < 0, at < 0 ? "" : $"the password of {login.User} is in: …{said[Math.Max(0, at - 300)..Math.Min(said.Length, at + 60)]}");
        }

        void Hear(Activity activity)
        {
            lock (_said)
                _said.AppendLine($"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Events.Select(e => $"{e.Name} {string.Join(' ', e.Tags)}"))}");
        }

        async Task FailAsync(Action<HaDatabaseOptions> spoil)
        {
            var spoilt = ClusterOptions.Coordinate(cluster);
            UsePassFile(spoilt);
            spoilt.Connections.WaitTimeout = TimeSpan.FromSeconds(2);
            spoil(spoilt);
            var error = await Record.ExceptionAsync(async () =>
            {
                await using var db = Build(spoilt, audit: null);
                await WriteAsync(db);
            });
            Assert.NotNull(error);
            lock (_said)
                _said.AppendLine(error.ToString());
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private HaDataSource Build(HaDatabaseOptions options, AuditFile? audit)
    {
        var builder = new HaDataSourceBuilder(options).UseLoggerFactory(LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(_log)).SetMinimumLevel(LogLevel.Trace)));
        return (audit is null ? builder : builder.AddAuditSink(audit)).Build();
    }

    private static async Task WriteAsync(HaDataSource db)
    {
        await db.ExecuteAsync(
            async (connection, token) =>
            {
                await using var write = new NpgsqlCommand("CREATE TABLE IF NOT EXISTS kept (id int)", connection);
                return await write.ExecuteNonQueryAsync(token);
            },
            WorkKind.IdempotentWrite, Cancelled);
    }
}
