using HaConnect.Operations.Drills.Load;

namespace HaConnect.Tests.Operations.Drills.Load;

/// <summary>The pure parts of a load drill.</summary>
public sealed class LoadPartsTests
{
    [Theory]
    [InlineData("2000", 2000, false, "2,000 writes/s")]
    [InlineData("2000/s", 2000, false, "2,000 writes/s")]
    [InlineData("0.5MB", 524288, true, "512.0 kB/s of WAL")]
    [InlineData("20MB/s", 20971520, true, "20.0 MB/s of WAL")]
    [InlineData("20 MB/s", 20971520, true, "20.0 MB/s of WAL")]
    public void TryParse_Rate_IsReadWithItsUnit(string text, double perSecond, bool isWal, string words)
    {
        Assert.True(LoadRate.TryParse(text, out var rate));
        Assert.Equal((new LoadRate(perSecond, isWal), words), (rate, $"{rate}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("-5")]
    [InlineData("0")]
    [InlineData("0.001kB")]
    [InlineData("20Mb")]
    [InlineData("1e9")]
    [InlineData("200GB")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(LoadRate.TryParse(text, out _));

    [Fact]
    public void Percentile_ManyDurations_IsWithinTwoPerCent()
    {
        var histogram = new LatencyHistogram();
        Assert.Null(histogram.Percentile(0.5));
        for (var i = 1; i <= 1000; i++)
            histogram.Add(TimeSpan.FromMilliseconds(i));
        Assert.Equal(1000, histogram.Count);
        Assert.InRange(histogram.Percentile(0.5)!.Value.TotalMilliseconds, 500, 510);
        Assert.InRange(histogram.Percentile(0.99)!.Value.TotalMilliseconds, 990, 1010);
        Assert.InRange(histogram.Percentile(0)!.Value.TotalMilliseconds, 1, 1.02);
    }

    [Fact]
    public void Percentile_ExtremeDurations_AreInTheOutermostBuckets()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(TimeSpan.Zero);
        histogram.Add(TimeSpan.FromDays(1));
        Assert.Equal((TimeSpan.FromMicroseconds(1), true), (histogram.Percentile(0.1)!.Value, histogram.Percentile(1)!.Value > TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Read_ExpositionText_HasItsSamples()
    {
        var samples = PrometheusText.Read("""
            # HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.
            # TYPE node_cpu_seconds_total counter
            node_cpu_seconds_total{cpu="0",mode="idle"} 1.5e+03
            node_load1 0.25 1700000000000
            odd{path="C:\\dir\n",quote="say \"hi\", {you}",} 3
            broken{mode="idle" 4
            nothing
            {x="y"} 5
            up NaN
            """).ToList();
        Assert.Equal(["node_cpu_seconds_total", "node_load1", "odd", "up"], samples.Select(s => s.Name));
        Assert.Equal((1500, "idle", 0.25), (samples[0].Value, samples[0].Label("mode"), samples[1].Value));
        Assert.Equal(("C:\\dir\n", "say \"hi\", {you}"), (samples[2].Label("path"), samples[2].Label("quote")));
        Assert.True(double.IsNaN(samples[3].Value));
    }

    [Fact]
    public void Between_TwoSamples_AreSharesOfTheStep()
    {
        var before = new NodeLoadSample(new ServerLoadSample(1000, 2, 10, "/var/lib/pg/data"), null, Host(cpu: 0, idle: 0, wait: 0, disk: 5), TimeSpan.FromSeconds(1), null);
        var after = new NodeLoadSample(new ServerLoadSample(21000, 7, 30, "/var/lib/pg/data"), null, Host(cpu: 20, idle: 10, wait: 4, disk: 8), TimeSpan.FromSeconds(11), null);
        var use = NodeUse.Between("n1", before, after, TimeSpan.FromSeconds(10));
        Assert.Equal((0.3, 0.2, 0.5, 0.3), (Math.Round(use.Cpu!.Value, 6), use.IoWait!.Value, use.ServerIoWait!.Value, Math.Round(use.DiskBusy!.Value, 6)));
        Assert.Equal((700.0, 30L, 2000.0, null), (use.FreeBytes!.Value, use.DatabaseBytes!.Value, use.WalPerSecond!.Value, use.WhyNot));
    }

    /// <summary>What is not measured is no zero.</summary>
    [Fact]
    public void Between_NothingMeasured_IsNotKnownAndSaysWhy()
    {
        var sample = new NodeLoadSample(new ServerLoadSample(1, null, 10, null), null, null, TimeSpan.Zero, NodeLoadReader.NoExporter);
        var use = NodeUse.Between("n1", sample, sample, TimeSpan.FromSeconds(10));
        Assert.Equal((null, null, null, null, null), (use.Cpu, use.IoWait, use.ServerIoWait, use.DiskBusy, use.FreeBytes));
        Assert.Equal("the server does not measure waits for its disk (track_io_timing is off); no exporter is configured for its host (--exporter NODE=URL)", use.WhyNot);
        var silent = new NodeLoadSample(null, "it does not answer", null, TimeSpan.Zero, "http://x: refused");
        Assert.Equal((null, "it does not answer; http://x: refused"), (NodeUse.Between("n1", silent, silent, TimeSpan.FromSeconds(10)).DatabaseBytes, NodeUse.Between("n1", silent, silent, TimeSpan.FromSeconds(10)).WhyNot));
    }

    [Fact]
    public void Of_TextOfSomethingElse_IsNoHost() => Assert.Null(HostLoadSample.Of("go_threads 12\n"));

    private static HostLoadSample Host(double cpu, double idle, double wait, double disk) => HostLoadSample.Of(FormattableString.Invariant($$"""
        node_cpu_seconds_total{cpu="0",mode="idle"} {{1 + idle}}
        node_cpu_seconds_total{cpu="0",mode="iowait"} {{1 + wait}}
        node_cpu_seconds_total{cpu="0",mode="user"} {{1 + cpu - idle - wait}}
        node_disk_io_time_seconds_total{device="sda"} {{disk}}
        node_disk_io_time_seconds_total{device="sdb"} 1
        node_filesystem_avail_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} 500
        node_filesystem_avail_bytes{device="/dev/sdb1",fstype="ext4",mountpoint="/var/lib/pg"} 700
        node_filesystem_avail_bytes{device="/dev/sdc1",fstype="ext4",mountpoint="/var/lib/p"} 800
        node_filesystem_avail_bytes{device="tmpfs",fstype="tmpfs",mountpoint="/var/lib/pg/data"} 900
        """))!;
}
