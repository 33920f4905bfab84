using HaConnect.Testing;

namespace HaConnect.ClusterTests.Doctor;

/// <summary>Settings that take a restart, on one server alone; and what only time makes a fault.</summary>
public sealed class RestartFaultDoctorTests : DoctorTest
{
    [Fact]
    public async Task Diagnose_SettingsOfTheStart_EachIsFoundAndMendedByItsStatementsAndARestart()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, Settings = { ["max_prepared_transactions"] = "5" } });
        var options = ClusterOptions.Observe(cluster);
        (options.Failover.ControlUsername, options.Failover.ControlPassword) = (cluster.Control.User, cluster.Control.Password);
        await using var db = new HaDataSourceBuilder(options).Build();
        var n1 = cluster["n1"];
        await UntilExactlyAsync(db, []);
        await using (var connection = await OpenAsync(cluster, "n1"))
            await RunAsync(connection, "BEGIN; CREATE TABLE half (); PREPARE TRANSACTION 'it''s half done'");

        const string Prepared = "prepared-transactions@n1";
        await HoldAsync(cluster, db,
        [
            OfTheStart(n1, "cannot-be-rewound@n1", "wal_log_hints = off"),
            OfTheStart(n1, "data-sync-retry@n1", "data_sync_retry = on"),
            OfTheStart(n1, "no-reserved-connections@n1", "superuser_reserved_connections = 0"),
            OfTheStart(n1, "recovery-target@n1", "recovery_target_timeline = 'current'"),
            OfTheStart(n1, "hot-standby-off@n1", "hot_standby = off"),
            OfTheStart(n1, "wal-level@n1", "max_wal_senders = 0", "wal_level = minimal"),
        ], Prepared);
        await HoldAsync(cluster, db, [new(Prepared, () => Task.CompletedTask) { ByHand = () => n1.ExecuteAsync("ROLLBACK PREPARED 'it''s half done'", Cancelled) }]);
    }

    private static PlantedFault OfTheStart(PostgresNode node, string found, params string[] settings) => new(found, async () =>
    {
        foreach (var setting in settings)
            await node.ExecuteAsync($"ALTER SYSTEM SET {setting}", Cancelled);
        await node.RestartAsync(cancellationToken: Cancelled);
    });
}
