using System.Diagnostics;

namespace HaConnect.WebTests.Monitoring;

/// <summary>The dashboard by itself. What its panels show is asked in <see cref="EndToEndTests"/>.</summary>
public sealed class DashboardTests
{
    private const int CannotCheck = 77;

    [Fact]
    public async Task Json_GrafanasSchema_HasItSo()
    {
        using var check = Process.Start(new ProcessStartInfo("bash", [Repository.At("eng", "check-dashboard.sh")]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = check.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = check.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(check.ExitCode == CannotCheck, await error);
        Assert.True(check.ExitCode == 0, $"{await output}{await error}");
    }

    [Fact]
    public void Panels_AllOfThem_HaveTheirOwnPlaceAndTheChosenDataSource()
    {
        var taken = new HashSet<(int X, int Y)>();
        var ids = new HashSet<int>();
        foreach (var panel in Dashboard.Json.GetProperty("panels").EnumerateArray())
        {
            Assert.True(ids.Add(panel.GetProperty("id").GetInt32()));
            var (x, y, w, h) = (At("x"), At("y"), At("w"), At("h"));
            Assert.True(x + w <= 24, $"{panel.GetProperty("title")} is too wide");
            for (var i = 0; i < w * h; i++)
                Assert.True(taken.Add((x + (i % w), y + (i / w))), $"{panel.GetProperty("title")} lies on another panel");
            if (panel.TryGetProperty("targets", out var targets))
                Assert.All(targets.EnumerateArray().Append(panel), t => Assert.Equal("${datasource}", t.GetProperty("datasource").GetProperty("uid").GetString()));

            int At(string what) => panel.GetProperty("gridPos").GetProperty(what).GetInt32();
        }
    }

    [Fact]
    public void Variables_AreTheDataSourceTheClusterAndItsNodes() =>
        Assert.Equal(["datasource", "cluster", "node"], Dashboard.Json.GetProperty("templating").GetProperty("list").EnumerateArray().Select(v => v.GetProperty("name").GetString()));
}
