using HaConnect.Testing;
using Npgsql;

namespace HaConnect.WebTests.Monitoring;

/// <summary>
/// Monitoring as it is imported: the alerts that ship, in a real Prometheus, which scrapes real applications. Each alert is made to fire by its cause, and resolves when that is mended.
/// </summary>
public sealed class EndToEndTests : ClusterTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private MonitoringLab _lab = null!;

    private PostgresCluster Cluster => _lab.Cluster;

    [Fact]
    public async Task Alerts_EachCausedAndMended_FireAndResolve_AndNoPanelIsEmpty()
    {
        Assert.SkipWhen(MonitoringStack.Servers.MonitoringPrograms.Prometheus is null || MonitoringStack.Servers.MonitoringPrograms.NodeExporter is null, "Prometheus and node_exporter are not on this machine (eng/install-prometheus.sh).");
        using var past = new PlantedPast();
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Settings = { ["archive_mode"] = "on", ["archive_command"] = past.ArchiveCommand, ["archive_timeout"] = "5s", ["max_connections"] = "60" } });
        var damaged = await DamagedTable.CreateAsync(cluster, Cancelled);
        await past.TakeBackupAsync(cluster, Cancelled);
        await past.AgeBackupAsync();
        await past.RecordBadDrillAsync();
        await using var lab = await MonitoringLab.StartAsync(cluster, Settings, past.Settings, Cancelled);
        _lab = lab;
        var since = TimeProvider.System.GetUtcNow();
        try
        {
            await MakeUpForThePastAsync(past);
            await UntilAsync("a coordinator", async () => (await lab.Prometheus.QueryAsync("max(haconnect_office_held) == 1 and max(haconnect_term) == 1", Cancelled)).Count > 0);

            await BreakServersAsync(past);
            await DamageANodeAsync(past, damaged);
            await CutStandbysOffAsync();
            await LosePrimaryWithoutCoordinatorsAsync();

            if (PlantedHost.WhyNoDisk is { } why)
                Say($"HaConnectDiskAlmostFull is not tried: {why}");
            var tried = AlertRules.Names.Where(n => n != "HaConnectDiskAlmostFull" || PlantedHost.WhyNoDisk is null);
            Assert.Equal(tried.Order(StringComparer.Ordinal), (await lab.HaveFiredAsync(Cancelled)).Order(StringComparer.Ordinal));
            Assert.Empty(await lab.FiringAsync(Cancelled));
            foreach (var panel in Dashboard.Panels)
                Assert.True(await ShowsSomethingAsync(panel, since), $"The panel \"{panel.Title}\" is empty: {string.Join(" and ", panel.Queries)}");
        }
        catch
        {
            foreach (var application in lab.Applications)
                TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', application.Output.Split('\n').TakeLast(60)));
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', lab.Prometheus.Output.Split('\n').TakeLast(10)));
            throw;
        }
    }

    private static Dictionary<string, string> Settings => new(StringComparer.Ordinal)
    {
        ["ServerMetrics__Interval"] = "00:00:01",
    };

    /// <summary>What was neglected before; then it is done.</summary>
    private async Task MakeUpForThePastAsync(PlantedPast past)
    {
        await UntilFiringAsync("HaConnectBackupOverdue", "HaConnectDrillOverdue", "HaConnectRecoveryTimeExceeded", "HaConnectDrillLostWrites");
        var overdue = await _lab.Prometheus.QueryAsync("""ALERTS{alertname="HaConnectDrillOverdue", alertstate="firing"}""", Cancelled);
        Assert.Equal(["disaster", "failover", "restore"], overdue.Select(a => a.Labels["haconnect_drill"]).Order(StringComparer.Ordinal));
        await past.TakeBackupAsync(Cluster, Cancelled);
        await past.RecordGoodDrillsAsync();
        await UntilResolvedAsync();
    }

    /// <summary>One file of WAL is missing in the archive, and one byte on a standby is wrong; then backups cannot be checked at all.</summary>
    private async Task DamageANodeAsync(PlantedPast past, DamagedTable damaged)
    {
        past.SetGap(isThere: true);
        await damaged.DamageAsync(Cluster["n3"], Cancelled);
        await UntilFiringAsync("HaConnectWalGap", "HaConnectVerificationDifferences");
        past.SetGap(isThere: false);
        past.SetAway(isAway: true);
        await damaged.MendAsync(Cluster["n3"], Cancelled);
        await UntilFiringAsync("HaConnectBackupCheckOverdue");
        past.SetAway(isAway: false);
        await UntilResolvedAsync();
    }

    /// <summary>What goes wrong on servers and hosts while the cluster is whole, all at once.</summary>
    private async Task BreakServersAsync(PlantedPast past)
    {
        var primary = await Cluster.GetPrimaryAsync(Cancelled);
        await primary.ExecuteAsync("SELECT pg_create_physical_replication_slot('reports', true)", Cancelled);
        await primary.ExecuteAsync("ALTER SYSTEM SET archive_command = 'false'", Cancelled);
        await primary.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        for (var i = 0; i < 3; i++) // a switch goes on to the next 16 MiB
            await SwitchWalAsync(primary);
        _lab.Host.SetMemory(availablePercent: 3);
        _lab.Host.IsBusy = true;
        if (PlantedHost.WhyNoDisk is null)
            await _lab.Host.FillDiskAsync();
        await using (await HeldConnections.OpenAsync(Cluster, Cluster["n3"], sessions: 56, Cancelled))
            await UntilFiringAsync(["HaConnectSlotKeepsWal", "HaConnectArchiveFailing", "HaConnectMemoryLow", "HaConnectProcessorBusy", "HaConnectConnectionsNearLimit", "HaConnectRecoveryPointExceeded", .. Disk]);
        await _lab.Host.Exporter.SignalAsync("STOP");

        // A user that may not log in any more, and his sessions end.
        await primary.ExecuteAsync($"ALTER ROLE {Cluster.Application.User} NOLOGIN", Cancelled);
        await primary.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{Cluster.Application.User}'", Cancelled);
        await UntilFiringAsync("HaConnectConnectionErrors", "HaConnectHostDown");

        await primary.ExecuteAsync($"ALTER ROLE {Cluster.Application.User} LOGIN", Cancelled);
        await primary.ExecuteAsync("SELECT pg_drop_replication_slot('reports')", Cancelled);
        await primary.ExecuteAsync($"ALTER SYSTEM SET archive_command = '{past.ArchiveCommand.Replace("'", "''", StringComparison.Ordinal)}'", Cancelled);
        await primary.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await SwitchWalAsync(primary); // the archiver, which has given up for a minute, wakes
        _lab.Host.SetMemory(availablePercent: 60);
        _lab.Host.IsBusy = false;
        if (PlantedHost.WhyNoDisk is null)
            await _lab.Host.FreeDiskAsync();
        await _lab.Host.Exporter.SignalAsync("CONT");
        await UntilResolvedAsync();
    }

    private static IEnumerable<string> Disk => PlantedHost.WhyNoDisk is null ? ["HaConnectDiskAlmostFull"] : [];

    /// <summary>Neither standby receives anything: commits wait, replicas become old, and reads go to the primary.</summary>
    private async Task CutStandbysOffAsync()
    {
        await Cluster["n2"].BlockReplicationAsync(Cancelled);
        await Cluster["n3"].BlockReplicationAsync(Cancelled);
        await UntilFiringAsync("HaConnectCommitsWait", "HaConnectReadsFallBack", "HaConnectReplicaLag");
        await Cluster["n2"].UnblockReplicationAsync(Cancelled);
        await Cluster["n3"].UnblockReplicationAsync(Cancelled);
        await UntilResolvedAsync();
    }

    /// <summary>Those who could fail over stand still, and the primary is lost, and a standby; then they go on, and the old primary comes back by itself.</summary>
    private async Task LosePrimaryWithoutCoordinatorsAsync()
    {
        await Task.WhenAll(_lab.Coordinating.Select(a => a.SignalAsync("STOP")));
        await Cluster["n1"].KillAsync(Cancelled);
        await Cluster["n2"].KillAsync(Cancelled);
        await UntilFiringAsync("HaConnectInstanceDown", "HaConnectNoCoordinator", "HaConnectNoPrimary", "HaConnectOutageExceedsTarget", "HaConnectNodeDown", "HaConnectQuorumLost", "HaConnectInstanceCutOff", "HaConnectVerificationOverdue");

        await UntilAsync("16 s without them", async () => (await _lab.Prometheus.QueryAsync("""max_over_time(up{job="haconnect"}[16s]) == 0""", Cancelled)).Count == 2, s_patience);
        await Cluster["n2"].StartAsync(Cancelled);
        await Task.WhenAll(_lab.Coordinating.Select(a => a.SignalAsync("CONT")));
        await UntilFiringAsync("HaConnectLoopStalled", "HaConnectFailover", "HaConnectPrimaryChanged", "HaConnectQuorumAtRisk");

        await Cluster["n1"].StartAsync(Cancelled);
        await UntilFiringAsync("HaConnectTwoPrimaries");
        await Cluster["n1"].KillAsync(Cancelled);

        // Made a standby by hand, without a rewind: it stays on its own timeline.
        await Cluster["n1"].BlockReplicationAsync(Cancelled);
        Cluster["n1"].Files.WriteStandby(Cluster["n2"].Host, Cluster["n2"].Port);
        await Cluster["n1"].StartAsync(Cancelled);
        await UntilFiringAsync("HaConnectStandbyNotReplicating");
        await Cluster["n1"].StopAsync(cancellationToken: Cancelled);
        await Cluster.RejoinAsync(Cluster["n1"], Cancelled);
        await UntilResolvedAsync();
    }

    /// <summary>Whether each of its queries gives a value at any time, as the dashboard would show it.</summary>
    private async Task<bool> ShowsSomethingAsync(Dashboard.Panel panel, DateTimeOffset since)
    {
        foreach (var query in panel.Queries)
        {
            if (!await _lab.Prometheus.HasValuesAsync(query, since, TimeProvider.System.GetUtcNow(), Cancelled))
                return false;
        }

        return panel.Queries.Count > 0;
    }

    /// <summary>Something is written first: a switch at the very begin of a file would do nothing.</summary>
    private static async Task SwitchWalAsync(PostgresNode node)
    {
        await node.ExecuteAsync("SELECT txid_current()", Cancelled);
        await node.ExecuteAsync("SELECT pg_switch_wal()", Cancelled);
    }

    /// <summary>At the same moment or one after the other.</summary>
    private async Task UntilFiringAsync(params IEnumerable<string> alerts)
    {
        var missing = alerts.ToHashSet(StringComparer.Ordinal);
        try
        {
            await UntilAsync("all alerts fire", async () =>
            {
                missing.ExceptWith(await _lab.FiringAsync(Cancelled));
                return missing.Count == 0;
            }, s_patience);
        }
        finally
        {
            Say(missing.Count == 0 ? $"fired: {string.Join(", ", alerts)}" : $"not fired: {string.Join(", ", missing)}");
        }
    }

    /// <summary>Until no alert fires any more.</summary>
    private async Task UntilResolvedAsync()
    {
        IReadOnlyList<string> left = [];
        try
        {
            await UntilAsync("all alerts are resolved", async () => (left = [.. (await _lab.Prometheus.FiringAsync(Cancelled)).Select(a => string.Join(' ', a.Values))]).Count == 0, s_patience * 2);
        }
        finally
        {
            Say(left.Count == 0 ? "all resolved" : $"not resolved: {string.Join("; ", left)}");
        }
    }

    private static void Say(string what) => TestContext.Current.TestOutputHelper?.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss} {what}");
}
