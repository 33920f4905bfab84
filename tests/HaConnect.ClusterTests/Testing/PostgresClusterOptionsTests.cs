using HaConnect.Testing;

namespace HaConnect.ClusterTests.Testing;

/// <summary>What is said when a cluster cannot be started as asked.</summary>
public sealed class PostgresClusterOptionsTests
{
    [Fact]
    public async Task StartAsync_WrongBinDirectory_SaysWhatIsMissingWhereAndHowToInstallIt()
    {
        string empty = Directory.CreateTempSubdirectory().FullName;
        try
        {
            PostgresClusterException e = await Assert.ThrowsAsync<PostgresClusterException>(() =>
                PostgresCluster.StartAsync(new PostgresClusterOptions { BinDirectory = empty }, TestContext.Current.CancellationToken));

            Assert.Contains(empty, e.Message, StringComparison.Ordinal);
            Assert.Contains("BinDirectory", e.Message, StringComparison.Ordinal);
            Assert.Contains("no postgres, no initdb, no pg_basebackup, no pg_rewind", e.Message, StringComparison.Ordinal);
            Assert.Contains("Install", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(empty);
        }
    }

    [Fact]
    public async Task StartAsync_SettingsOutOfBounds_NamesEachWithItsBound()
    {
        PostgresClusterOptions options = new() { Standbys = 1, SynchronousStandbys = 2, Witnesses = 9, ListenAddress = "localhost" };

        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(() => PostgresCluster.StartAsync(options, TestContext.Current.CancellationToken));

        Assert.Contains("SynchronousStandbys is 2; it must be from 0 to Standbys, 1", e.Message, StringComparison.Ordinal);
        Assert.Contains("Witnesses is 9; it must be from 0 to 8", e.Message, StringComparison.Ordinal);
        Assert.Contains("ListenAddress is localhost; it must be an IPv4 address", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_SettingThatTheServerRefuses_ShowsItsLog()
    {
        PostgresClusterOptions options = new() { Standbys = 0, Settings = { ["no_such_setting"] = "1" } };

        PostgresClusterException e = await Assert.ThrowsAsync<PostgresClusterException>(() => PostgresCluster.StartAsync(options, TestContext.Current.CancellationToken));

        Assert.Contains("unrecognized configuration parameter \"no_such_setting\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_Image_RunsTheSameClusterInContainers()
    {
        PostgresCluster? started = null;
        try
        {
            started = await PostgresCluster.StartAsync(new PostgresClusterOptions { Standbys = 1, Image = "postgres:17" }, TestContext.Current.CancellationToken);
        }
        catch (PostgresClusterException e) when (e.Message.StartsWith("No Docker engine", StringComparison.Ordinal))
        {
            Assert.Skip(e.Message);
        }
        await using PostgresCluster cluster = started;

        Assert.Equal(17, cluster.MajorVersion);
        await cluster["n1"].KillAsync(TestContext.Current.CancellationToken);
        await cluster["n1"].StartAsync(TestContext.Current.CancellationToken);
        await cluster["n2"].FreezeAsync(TestContext.Current.CancellationToken);
        await cluster["n2"].ThawAsync(TestContext.Current.CancellationToken);
        await cluster["n2"].RestartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await cluster.WaitUntilStreamingAsync(cancellationToken: TestContext.Current.CancellationToken);
    }
}
