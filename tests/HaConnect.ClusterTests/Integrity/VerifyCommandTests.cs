using System.Text.Json;
using HaConnect.ClusterTests.Cli;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Integrity;

/// <summary><c>haconnect verify</c>: its exit codes and what it prints.</summary>
public sealed class VerifyCommandTests : IntegrityTest
{
    [Fact]
    public async Task Verify_EqualDifferentAndUnreachable_EndsWithItsCode()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 2, SynchronousStandbys = 0 });
        await ExecuteAsync(cluster, "n1", "app", "CREATE TABLE orders (id int PRIMARY KEY, who text)", "INSERT INTO orders SELECT i, 'who-' || md5(i::text) FROM generate_series(1, 2000) i",
            $"GRANT SELECT ON ALL TABLES IN SCHEMA public TO \"{cluster.Application.User}\"");
        var settings = ToolRun.SettingsOf(cluster, Folder);
        var page = Path.Combine(Folder.FullName, "report.html");
        var equal = await RunAsync(settings, "verify", "--html", page, "-o", "json");
        Assert.Equal(0, equal.Code);
        var reports = equal.Json.GetProperty("reports").EnumerateArray().ToList();
        Assert.Equal((1, 2), (equal.Json.GetProperty("schemaVersion").GetInt32(), reports.Count));
        Assert.Equal(["n1 n2 met 2000 0", "n1 n3 met 2000 0"], reports.Select(Text));
        foreach (var node in (string[])["n2", "n3"])
            Assert.Contains("none differs", await File.ReadAllTextAsync(Path.Combine(Folder.FullName, $"report-{node}.html"), Cancelled), StringComparison.Ordinal);

        await StandbyFile.ChangeAsync(cluster, "orders", "who-a87ff679a2f3e71d9181a67b7542122c", "who-<b>ff679a2f3e71d9181a67b7542122c", Cancelled); // md5 of 4
        var different = await RunAsync(settings, "verify", "--right", "n2", "--html", page);
        Assert.Equal(1, different.Code);
        Assert.Contains("public.orders: changed: ctid=(0,4): who who-a87ff679a2f3e71d9181a67b7542122c | who-<b>ff679a2f3e71d9181a67b7542122c", different.Output, StringComparison.Ordinal);
        Assert.Contains("1 differ; 99.95 % verified as equal, the goal is 99.999 %", different.Output, StringComparison.Ordinal);
        Assert.Contains("who-&lt;b&gt;ff679a2f3e71d9181a67b7542122c", await File.ReadAllTextAsync(page, Cancelled), StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(settings, "verify", "--right", "n2", "--goal", "99.9")).Code);
        var hidden = await RunAsync(settings, "verify", "--right", "n2", "--hide-values");
        Assert.Equal(1, hidden.Code);
        Assert.DoesNotContain("who-", hidden.Output, StringComparison.Ordinal);
        var csv = await RunAsync(settings, "verify", "--right", "n2", "-o", "csv");
        Assert.StartsWith("left,right,table,method,rows,different,", csv.Output, StringComparison.Ordinal);
        Assert.Contains("n1,n2,public.orders,by place in the file,2000,1,0,0,0,0,", csv.Output, StringComparison.Ordinal);

        // What cannot be found out, and what cannot be asked for.
        Assert.Equal(3, (await RunAsync(settings, "verify", "--right", "n3", "--table", "nosuch")).Code);
        Assert.Equal(3, (await RunAsync(settings, "verify", "--right", "n3", "--schema", "public", "--schema", "pubic")).Code);
        Assert.Equal(64, (await RunAsync(settings, "verify", "--right", "n3", "--html", Path.Combine(Folder.FullName, "nowhere", "report.html"))).Code);
        Assert.Equal(64, (await RunAsync(settings, "verify", "--right", "n3", "--resume", Path.Combine(Folder.FullName, "nowhere", "journal"))).Code);
        Assert.Equal(64, (await RunAsync(settings, "verify", "--right", "n9")).Code);
        Assert.Equal(64, (await RunAsync(settings, "verify", "--goal", "0")).Code);
        Assert.Equal(64, (await RunAsync(settings, "verify", "--right", Connection(cluster, "n3"))).Code); // a password among the arguments
        await cluster["n3"].StopAsync(cancellationToken: Cancelled);
        var unreachable = await RunAsync(settings, "verify", "--left", "n1", "--right", "n3");
        Assert.Equal(3, unreachable.Code);
        Assert.NotEmpty(unreachable.Error);
    }

    private static string Text(JsonElement report) =>
        $"{report.GetProperty("left").GetString()} {report.GetProperty("right").GetString()} {report.GetProperty("verdict").GetString()} {report.GetProperty("rows").GetInt64()} {report.GetProperty("differentRows").GetInt64()}";

    private static async Task<ToolRun> RunAsync(FileInfo settings, params string[] arguments)
    {
        var run = await ToolRun.InProcessAsync(settings, arguments);
        TestContext.Current.TestOutputHelper?.WriteLine($"{string.Join(' ', arguments)}: {run}");
        return run;
    }
}
