using System.Text.Json;
using HaConnect.Cli;
using HaConnect.Cli.Output;
using HaConnect.Operations;

namespace HaConnect.Tests.Cli;

/// <summary><c>haconnect drill history</c> on folders.</summary>
public sealed class DrillHistoryCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-drills-");
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task History_DrillsOfTwoTrails_AreShownInEachForm()
    {
        Write("a", new DrillOutcome(DrillKind.Failover, _now.AddDays(-30), "main", true, "n1 was killed") { Recovery = TimeSpan.FromSeconds(0.53), LostWrites = 0, Fault = "kill" });
        Write("b", new DrillOutcome(DrillKind.Failover, _now.AddDays(-10), "local", true, "n1 was killed, too") { IsLocal = true }, new DrillOutcome(DrillKind.Restore, _now.AddDays(-5), "main", false, "the backup is gone"));
        var table = await RunAsync();
        Assert.True(table.Code == ExitCodes.Ok, table.ToString());
        Assert.Contains("OK      Failover: 1 of 2 passed in the last 3 months, the next one is due by", table.Output, StringComparison.Ordinal);
        Assert.Contains("local (throw-away)", table.Output, StringComparison.Ordinal);
        Assert.Contains("the backup is gone", table.Output, StringComparison.Ordinal);

        using var json = JsonDocument.Parse((await RunAsync("-o", "json")).Output);
        Assert.Equal((1, false), (json.RootElement.GetProperty("schemaVersion").GetInt32(), json.RootElement.GetProperty("isOverdue").GetBoolean()));
        Assert.Equal(["failover 1 of 2", "restore 0 of 1", "disaster 0 of 2"], json.RootElement.GetProperty("standings").EnumerateArray().Select(s => $"{s.GetProperty("kind")} {s.GetProperty("passed")} of {s.GetProperty("times")}"));
        Assert.Equal([true, false, false], json.RootElement.GetProperty("drills").EnumerateArray().Select(d => d.GetProperty("counts").GetBoolean()));
        var csv = (await RunAsync("-o", "csv")).Output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, csv.Length);
        Assert.Contains(",failover,main,true,false,true,kill,,,0.53,,,,0,,,vm1,alice,n1 was killed", csv[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_FailOnOverdue_EndsWithOneWhereOneIs()
    {
        Write("a", new DrillOutcome(DrillKind.Failover, _now.AddDays(-10), "main", true, "it went well"));
        Assert.Equal(ExitCodes.Ok, (await RunAsync("--fail-on-overdue")).Code); // the trail is too young for anything to be overdue
        var old = await RunAsync("--fail-on-overdue", "--since", _now.AddYears(-1).ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(ExitCodes.Attention, old.Code);
        Assert.Contains("OVERDUE Failover: 1 of 2 passed", old.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, (await RunAsync("--since", "2020-01-01")).Code);
        Assert.Equal(ExitCodes.Ok, (await RunAsync("--fail-on-overdue", "--since", "2020-01-01", "--require", "failover=1/3", "--require", "restore=0", "--require", "disaster=0")).Code);
        Assert.Equal(ExitCodes.Attention, (await RunAsync("--fail-on-overdue", "--since", "2020-01-01", "--require", "failover=1/3", "--require", "restore=0")).Code);
    }

    [Theory]
    [InlineData("--require", "failover", "--require is failover; it must be KIND=TIMES/MONTHS")]
    [InlineData("--require", "earthquake=1/3", "failover, switchover, restore, disaster, load")]
    [InlineData("--require", "failover=2/40", "1 to 36 months")]
    public async Task History_BadRequirement_IsNamedWithTheRemedy(string option, string value, string message)
    {
        Write("a");
        var run = await RunAsync(option, value);
        Assert.Equal(ExitCodes.Usage, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_TrailThatWasEdited_IsToldOf()
    {
        Write("a", new DrillOutcome(DrillKind.Failover, _now, "main", false, "it failed"));
        var file = _folder.GetFiles("audit-*.jsonl", SearchOption.AllDirectories).Single();
        File.WriteAllText(file.FullName, File.ReadAllText(file.FullName).Replace("\\\"passed\\\":false", "\\\"passed\\\":true", StringComparison.Ordinal));
        var run = await RunAsync();
        Assert.Contains("is not intact, and what follows rests on it", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_BadArguments_NameTheOptionTheValueAndTheRemedy()
    {
        (string[] Arguments, string Message)[] cases =
        [
            (["drill", "history", "/no/such/folder"], "'/no/such/folder' is no folder."),
            (["report", "incident", "/no/such/folder"], "'/no/such/folder' is no folder."),
            (["drill", "load", "--local", "--peak", "fast"], "--peak is fast; it must be writes a second (1 to 1000000), or WAL a second with kB, MB or GB"),
            (["drill", "load", "--peak", "10", "--connection", "Host=a;Username=u"], "Confirm the cluster by its name, which is main in these settings: --cluster main."),
            (["drill", "load", "--peak", "10", "--connection", "Host=a;Username=u", "--cluster", "other"], "--cluster is other, but these settings are of the cluster main."),
            (["drill", "load", "--peak", "10", "--local", "--cluster", "main"], "--local makes a cluster of its own, and goes without --cluster and --environment."),
            (["drill", "load", "--peak", "10", "--local", "--environment", "staging"], "--local makes a cluster of its own, and goes without --cluster and --environment."),
            (["drill", "load", "--peak", "10", "--local", "--exporter", "n1"], "--exporter is n1; it must be NODE=URL"),
            (["drill", "load", "--peak", "10", "--local", "--steps", "99"], "--steps is 99; it must be a whole number from 1 to 50."),
        ];
        foreach (var (arguments, message) in cases)
        {
            using var output = new StringWriter();
            using var error = new StringWriter();
            Assert.Equal(ExitCodes.Usage, await Tool.RunAsync(arguments, Terminal.To(output, error), TestContext.Current.CancellationToken));
            Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string trail, params DrillOutcome[] outcomes)
    {
        using var file = AuditFile.Open(Path.Combine(_folder.FullName, trail));
        foreach (var outcome in outcomes)
            file.Write(outcome.ToAuditRecord("vm1", "alice", outcome.At.AddMinutes(1)));
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] options)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await Tool.RunAsync(["drill", "history", .. _folder.GetDirectories().Select(d => d.FullName).Order(StringComparer.Ordinal), .. options], Terminal.To(output, error), TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
