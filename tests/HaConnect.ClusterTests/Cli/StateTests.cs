using System.Text;
using System.Text.RegularExpressions;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Cli;

/// <summary>
/// What <c>status</c>, <c>doctor</c> and <c>check</c> print in each state of a real cluster, word by word, held against the files in Golden. What differs from run to run (ports, positions,
/// times, names of instances) is replaced first. With HACONNECT_GOLDEN=FOLDER what is printed is written there instead.
/// </summary>
public sealed partial class StateTests : ClusterTest
{
    private static readonly string? s_writeTo = Environment.GetEnvironmentVariable("HACONNECT_GOLDEN");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-states-");
    private FileInfo _settings = null!;

    [Fact]
    public async Task HealthyPausedHalfReachableMidFailoverUnreachable()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { DataChecksums = true });
        _settings = ToolRun.SettingsOf(cluster, _folder);
        using var halt = new HaltingSink("CuttingOff");
        var options = ClusterOptions.Coordinate(cluster);
        options.Failover.DropStandbyAfter = TimeSpan.FromDays(1); // no new term while n3 is away, however long that is looked at
        await using (var application = new HaDataSourceBuilder(options).AddAuditSink(halt).Build())
        {
            await UntilManagedAsync(application);
            await IsAsync("healthy");
            Assert.Equal(0, (await ToolRun.InProcessAsync(_settings, "pause", "--reason", "work on the 'network'")).Code);
            await IsAsync("paused");
            Assert.Equal(0, (await ToolRun.InProcessAsync(_settings, "resume")).Code);
            await cluster["n3"].KillAsync(Cancelled);
            await IsAsync("half-reachable");
            await cluster["n3"].StartAsync(Cancelled);
            await UntilAsync("n3 counts again", () => Task.FromResult(application.Snapshot["n3"]!.Lag is not null));

            halt.Arm();
            await cluster["n1"].KillAsync(Cancelled);
            await halt.Reached.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancelled);
            await IsAsync("mid-failover");
            halt.Release();
        }

        await cluster["n2"].KillAsync(Cancelled);
        await cluster["n3"].KillAsync(Cancelled);
        await IsAsync("unreachable");
    }

    [Fact]
    public async Task Split()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { DataChecksums = true });
        _settings = ToolRun.SettingsOf(cluster, _folder);
        await using (var application = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build())
            await UntilManagedAsync(application);
        await cluster["n3"].ScalarAsync<bool>("SELECT pg_promote()", Cancelled);
        await IsAsync("split");
    }

    /// <summary>The control user's password is another one, and what is configured at the servers is not what a failover needs.</summary>
    [Fact]
    public async Task Misconfigured()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { DataChecksums = true });
        foreach (var (node, setting, value) in ((string, string, string)[])[("n1", "synchronous_standby_names", ""), ("n3", "wal_receiver_timeout", "60s"), ("n2", "hot_standby_feedback", "off")])
        {
            await cluster[node].ExecuteAsync($"ALTER SYSTEM SET {setting} = '{value}'", Cancelled);
            await cluster[node].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        }

        _settings = ToolRun.SettingsOf(cluster, _folder);
        await IsAsync("misconfigured");
        _settings = ToolRun.SettingsOf(cluster, _folder, o => o.Failover.ControlPassword = "another");
        await IsAsync("locked-out");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>The state may take a moment until all is seen; then it is as the file says.</summary>
    private async Task IsAsync(string state)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Golden", $"{state}.txt");
        var expected = s_writeTo is null ? await File.ReadAllTextAsync(file, Cancelled) : null;
        var seen = "";
        try
        {
            await UntilAsync($"the tool prints what {file} has", async () =>
            {
                var before = seen;
                seen = await PrintAsync();
                return seen == (expected ?? before);
            });
        }
        finally
        {
            if (s_writeTo is null && seen != expected)
                TestContext.Current.AddAttachment($"{state}.txt", seen);
        }

        if (s_writeTo is not null)
            await File.WriteAllTextAsync(Path.Combine(s_writeTo, $"{state}.txt"), seen, Cancelled);
    }

    private async Task<string> PrintAsync()
    {
        var printed = new StringBuilder();
        foreach (var command in (string[])["status", "doctor", "check primary", "check replicas", "check lag", "check coordinator", "check quorum", "check slots", "check archive"])
        {
            var run = await ToolRun.InProcessAsync(_settings, [.. command.Split(' '), "--timeout", "3"]);
            printed.Append(Settled($"$ haconnect {command}\n{run.Output.TrimEnd()}\n{run.Error}[{run.Code}]\n\n"));
        }

        return printed.ToString();
    }

    private static string Settled(string text)
    {
        text = Address().Replace(text, "HOST");
        text = Instance().Replace(text, "INSTANCE");
        text = Moment().Replace(text, "TIME");
        text = Position().Replace(text, "LSN");
        text = Seconds().Replace(text, "#s");
        text = Rule().Replace(text, "─");
        text = Number().Replace(text, "#");
        return string.Join('\n', Gap().Replace(text, "  ").Split('\n').Select(l => l.TrimEnd()));
    }

    [GeneratedRegex(@"127\.0\.0\.1(:|, port )\d+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"\b[\w.-]+-\d+-[0-9a-f]{4}\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Instance();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z|[+-]\d\d(:?\d\d)?)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Moment();

    [GeneratedRegex(@"\b[0-9A-F]{1,8}/[0-9A-F]{6,8}\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Position();

    [GeneratedRegex(@"\b\d+\.\d+ ?m?s\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Seconds();

    [GeneratedRegex("─+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rule();

    [GeneratedRegex(@"\b\d{5,}(\.\d+)?\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();

    [GeneratedRegex(" {2,}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Gap();

    /// <summary>Once armed, holds the coordinator up where it tells of that step.</summary>
    private sealed class HaltingSink(string step) : IAuditSink, IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();
        private volatile bool _isArmed;

        internal Task Reached => _reached.Task;

        public void Write(AuditRecord record)
        {
            if (!_isArmed || record.Step != step)
                return;
            _reached.TrySetResult();
            _released.Wait(TimeSpan.FromMinutes(5));
        }

        public void Dispose() => _released.Dispose();

        internal void Arm() => _isArmed = true;

        internal void Release() => _released.Set();
    }
}
