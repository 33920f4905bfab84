using System.Diagnostics.Metrics;
using HaConnect.Operations;
using HaConnect.Operations.Drills.History;
using HaConnect.Operations.Drills.Schedule;
using HaConnect.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Drills.History;

/// <summary>
/// Five months of a schedule in accelerated time, whose failovers are real: on a throw-away cluster whose primary is killed and brought back. The schedule's clock is fake, the failovers' is not.
/// </summary>
public sealed class RealQuarterTests : ClusterTest
{
    private static readonly DateTimeOffset s_begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-quarter-");

    [Fact]
    public async Task FiveMonths_RealFailoversOneMissedAndMadeUp_MetricGoesUpAndDownAgain()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        options.Failover.MaxFailovers = 10; // the months between them are not the cluster's
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilManagedAsync(db);
        await db.ExecuteAsync((connection, token) => RunAsync(connection, "CREATE TABLE drilled (id bigint GENERATED ALWAYS AS IDENTITY)", token), WorkKind.IdempotentWrite, Cancelled);

        var time = new FakeTimeProvider(s_begin);
        await using var file = AuditFile.Open(_folder.FullName, time: time);
        var history = new DrillHistoryOptions { CountsLocalDrills = true }; // it is these that the test is about
        var source = new FolderLedger([_folder.FullName]);
        await using var watch = new DrillHistoryWatch(source, history, "main", time, NullLogger.Instance);
        await using var schedule = new DrillScheduler(DrillKind.Failover, "main", _ => FailoverAsync(cluster, db, time), new DrillScheduleOptions { Cadence = TimeSpan.FromDays(49) }, history,
            new OwnClaim(source), file, () => ScheduleRule.WhyNotWhole(db.Snapshot), time, NullLogger.Instance);
        var overdue = new List<(DateTimeOffset At, int Value)>();
        using var listener = new MeterListener { InstrumentPublished = (i, l) => { if (i.Name == "haconnect.drill.overdue" && ReferenceEquals(i.Meter, watch.Metrics.Meter)) l.EnableMeasurementEvents(i); } };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) =>
        {
            if (tags.ToArray().Contains(new KeyValuePair<string, object?>("haconnect.drill", "failover")) && (overdue.Count == 0 || overdue[^1].Value != value))
                overdue.Add((time.GetUtcNow(), value));
        });
        listener.Start();

        for (var day = 0; day <= 135; day++)
        {
            // The application is not there from the 85th day on to the 130th, so that the third drill comes 32 days late; its history is read elsewhere.
            if (day is < 85 or >= 130)
                await schedule.TurnAsync(Cancelled);
            await watch.RefreshAsync(Cancelled);
            listener.RecordObservableInstruments();
            time.Advance(TimeSpan.FromDays(1));
        }

        // Passed on the days 0 and 49: the first leaves the span of three months on 1 April, and the one of day 130, 11 May, makes up for it. The next one comes three days later, since that of day 49 leaves the span on 19 May.
        Assert.Equal([(s_begin, 0), (new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero), 1), (new DateTimeOffset(2026, 5, 11, 0, 0, 0, TimeSpan.Zero), 0)], overdue);
        var drills = DrillHistory.ReadFolders([_folder.FullName], history, time).Drills;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', drills.Select(d => $"{d.At:u} {d.Passed} {d.Recovery} {d.Sentence}")));
        Assert.Equal([0, 49, 130, 133], drills.Select(d => (d.At - s_begin).Days));
        Assert.All(drills, d => Assert.True(d is { Passed: true, IsLocal: true } && d.Recovery > TimeSpan.Zero, d.ToString()));
        Assert.Equal(5, db.Snapshot.Term);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var file in _folder.GetFiles())
            file.IsReadOnly = false;
        _folder.Delete(recursive: true);
    }

    /// <summary>Kills the primary, waits for the first acked write, and brings the killed one back.</summary>
    private static async Task<DrillOutcome> FailoverAsync(PostgresCluster cluster, HaDataSource db, TimeProvider schedule)
    {
        var (at, term) = (schedule.GetUtcNow(), db.Snapshot.Term);
        var before = cluster[db.Snapshot.Primary!.Name];
        await before.KillAsync(Cancelled);
        var startedAt = TimeProvider.System.GetTimestamp();
        await db.ExecuteAsync((connection, token) => RunAsync(connection, "INSERT INTO drilled DEFAULT VALUES", token), WorkKind.IdempotentWrite, Cancelled);
        var recovery = TimeProvider.System.GetElapsedTime(startedAt);
        await cluster.RejoinAsync(before, Cancelled);
        await UntilAsync("a whole cluster", () => Task.FromResult(db.Snapshot.Term > term && ScheduleRule.WhyNotWhole(db.Snapshot) is null), TimeSpan.FromSeconds(60));
        return new DrillOutcome(DrillKind.Failover, at, "local", db.Snapshot.Primary!.Name != before.Name, $"{before.Name} was killed, and {db.Snapshot.Primary.Name} took over") { IsLocal = true, Fault = "kill", Node = before.Name, Recovery = recovery };
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
