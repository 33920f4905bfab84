using System.Diagnostics;
using System.Text.Json;
using HaConnect.Operations;

namespace HaConnect.ClusterTests.Operations;

/// <summary>The guard for a team's own CI: by its own limits, never by how fast this machine is now.</summary>
public sealed class OverheadGuardTests : ClusterTest
{
    [Fact]
    public async Task Measure_GenerousLimitsPass_ImpossibleOnesFail_AndTheSampleSaysTheSame()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("standbys in use", () => Task.FromResult(db.Snapshot["n2"]!.Lag is not null && db.Snapshot["n3"]!.Lag is not null));

        var passed = await OverheadGuard.MeasureAsync(db, new OverheadLimits { MaxRatio = 1e6, MaxAdded = TimeSpan.FromMinutes(1), MaxAddedBytes = 1_000_000 }, Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine(passed.ToString());
        Assert.Equal((true, 0), (passed.Passed, passed.ExitCode));
        Assert.Equal(["primary", "read"], passed.Measurements.Select(m => m.What));
        Assert.Equal("n1", passed.Measurements[0].Node);
        Assert.Contains(passed.Measurements[1].Node, (string[])["n2", "n3"]);
        Assert.All(passed.Measurements, m => Assert.True(m is { PlainNanoseconds: > 0, HaConnectNanoseconds: > 0, Ratio: > 0 }));

        var failed = await OverheadGuard.MeasureAsync(db, new OverheadLimits { MaxRatio = 1e-6 }, Cancelled);
        Assert.Equal((false, 1), (failed.Passed, failed.ExitCode));
        using var json = JsonDocument.Parse(failed.ToJson());
        Assert.False(json.RootElement.GetProperty("passed").GetBoolean());
        Assert.Equal(2, json.RootElement.GetProperty("measurements").GetArrayLength());
        Assert.Equal(6, json.RootElement.GetProperty("checks").GetArrayLength());
        Assert.Contains("FAILED   primary: time over plain", failed.ToString(), StringComparison.Ordinal);

        // As a team would run it; its limits are the defaults, so that either exit code is right here if the output says the same.
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var built = Path.Combine(own.Parent!.Parent!.Parent!.Parent!.Parent!.FullName, "samples", "OverheadCheck", "bin", own.Parent.Name, own.Name, "OverheadCheck.dll");
        using var sample = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { ArgumentList = { built, cluster.ConnectionString, "--json" }, RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await sample.StandardOutput.ReadToEndAsync(Cancelled);
        await sample.WaitForExitAsync(Cancelled);
        using var said = JsonDocument.Parse(output);
        Assert.Equal(said.RootElement.GetProperty("passed").GetBoolean() ? 0 : 1, sample.ExitCode);
    }

    [Theory]
    [InlineData(0, 0, 0, "MaxRatio")]
    [InlineData(double.NaN, 0, 0, "MaxRatio")]
    [InlineData(1, -1, 0, "MaxAdded")]
    [InlineData(1, 0, -1, "MaxAddedBytes")]
    public async Task Measure_LimitOutOfBounds_IsRefused(double ratio, int addedMicroseconds, long bytes, string member)
    {
        await using var db = new HaDataSourceBuilder("Host=nobody.invalid").Build();
        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => OverheadGuard.MeasureAsync(db, new OverheadLimits { MaxRatio = ratio, MaxAdded = TimeSpan.FromMicroseconds(addedMicroseconds), MaxAddedBytes = bytes }, Cancelled));
        Assert.StartsWith($"OverheadLimits.{member} must ", error.Message, StringComparison.Ordinal);
    }
}
