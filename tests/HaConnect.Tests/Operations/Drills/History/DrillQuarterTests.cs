using System.Globalization;
using HaConnect.Operations;
using HaConnect.Operations.Drills.History;
using HaConnect.Operations.Drills.Schedule;
using HaConnect.Tests.Operations.Auditing;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using static HaConnect.Tests.Operations.Drills.History.GivenDrills;

namespace HaConnect.Tests.Operations.Drills.History;

/// <summary>Half a year of scheduled drills, an hour at a step: a quarter in which all goes well, an incident in which what is due is postponed and becomes overdue, and what makes it up.</summary>
public sealed class DrillQuarterTests : IDisposable
{
    private static readonly DateTimeOffset s_begin = Utc(2026, 1, 1);

    private readonly GivenTrail _trail = new();
    private readonly FakeTimeProvider _time = new(s_begin);
    private readonly FakeLogger _log = new();
    private readonly AuditFile _file;
    private string? _whyNotWhole;

    public DrillQuarterTests() => _file = AuditFile.Open(_trail.Folder, time: _time);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HalfAYear_ScheduledDrillsAndAnIncident_HistoryMetricAndLogTellOfIt()
    {
        await using var watch = Watch();
        await using var failovers = Schedule(DrillKind.Failover, TimeSpan.FromDays(42));
        await using var restores = Schedule(DrillKind.Restore, TimeSpan.FromDays(84));
        using var meter = new MeterReading(watch.Metrics.Meter);
        _file.Write(GivenTrail.Record("the application was started", at: s_begin, kind: AuditKind.Configuration));
        var changes = new List<string>();
        var last = "";
        for (var hour = 0; hour <= 26 * 7 * 24; hour++)
        {
            var now = _time.GetUtcNow();

            // What is whole again on 20 May at noon was broken since 27 March.
            _whyNotWhole = now >= Utc(2026, 3, 27) && now < Utc(2026, 5, 20, 12) ? "n3 does not answer" : null;
            await failovers.TurnAsync(Cancelled);
            await restores.TurnAsync(Cancelled);
            await watch.RefreshAsync(Cancelled);
            var values = meter.Read("haconnect.drill.overdue");
            var overdue = $"failover {values["failover"]}, restore {values["restore"]}, disaster {values["disaster"]}";
            if (overdue != last)
                changes.Add($"{now.ToString("MM-dd HH", CultureInfo.InvariantCulture)}: {last = overdue}");
            _time.Advance(TimeSpan.FromHours(1));
        }

        // Passed on 1 January, 12 February and 26 March; the second leaves the span on 12 May, and the one of 20 May makes up for it.
        Assert.Equal(["01-01 00: failover 0, restore 0, disaster 0", "05-12 00: failover 1, restore 0, disaster 0", "05-20 12: failover 0, restore 0, disaster 0"], changes);
        var history = DrillHistory.ReadFolders([_trail.Folder], time: _time);
        Assert.Equal(
            ["Failover 01-01 00", "Restore 01-01 00", "Failover 02-12 00", "Failover 03-26 00", "Restore 03-26 00", "Failover 05-20 12", "Restore 06-18 00", "Failover 07-01 12"],
            history.Drills.Select(d => $"{d.Kind} {d.At.ToString("MM-dd HH", CultureInfo.InvariantCulture)}"));
        Assert.Equal(Utc(2026, 7, 1, 12).ToUnixTimeSeconds(), meter.Read("haconnect.drill.last_passed")["failover"]);
        Assert.Equal((0.5, 300.0, 0.0), (meter.Read("haconnect.drill.recovery.time")["failover"], meter.Read("haconnect.drill.recovery.target")["failover"], meter.Read("haconnect.drill.lost_writes")["failover"]));
        Assert.Equal(
            [
                "The Failover drill of main is due, and is postponed: n3 does not answer",
                "A drill of main is overdue. Failover: 1 of 2 passed in the last 3 months, overdue since 2026-05-12 00:00 UTC",
                "A drill of main is overdue no more. Failover: 2 of 2 passed in the last 3 months, the next one is due by 2026-06-26 00:00 UTC",
            ],
            _log.Collector.GetSnapshot().Where(r => r.Id.Id is not (5310 or 5311)).Select(r => r.Message));
        Assert.True(_trail.Verify().IsIntact);
    }

    /// <summary>The schedule is gone and comes again: what is on record decides, and what was begun is not begun again.</summary>
    [Fact]
    public async Task Turn_NewProcessAfterACrash_DoesNotRunItTwice()
    {
        var runs = 0;
        var crashed = Schedule(DrillKind.Failover, TimeSpan.FromDays(42), _ =>
        {
            runs++;
            throw new InvalidOperationException("it is as if the process had died: what comes after is never written");
        }, new DyingSink(_file));
        await Assert.ThrowsAsync<ProcessDiedException>(() => crashed.TurnAsync(Cancelled));
        var next = Schedule(DrillKind.Failover, TimeSpan.FromDays(42), _ =>
        {
            runs++;
            return Task.FromResult(Outcome(DrillKind.Failover, _time.GetUtcNow()));
        });
        Assert.False(await next.TurnAsync(Cancelled));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.True(await next.TurnAsync(Cancelled));
        Assert.False(await next.TurnAsync(Cancelled));
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Turn_DrillThrows_IsRecordedAsFailedAndTriedAgainADayLater()
    {
        await using var schedule = Schedule(DrillKind.Restore, TimeSpan.FromDays(84), _ => throw new IOException("the backup is gone"));
        Assert.True(await schedule.TurnAsync(Cancelled));
        var failed = Assert.Single(DrillHistory.ReadFolders([_trail.Folder]).Drills);
        Assert.Equal((false, "the drill could not be run to its end: the backup is gone"), (failed.Passed, failed.Sentence));
        Assert.False(await schedule.TurnAsync(Cancelled));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.True(await schedule.TurnAsync(Cancelled));
    }

    [Fact]
    public async Task Turn_HourThatIsNotAllowed_IsPostponed()
    {
        var schedule = new DrillScheduler(DrillKind.Failover, "main", _ => Task.FromResult(Outcome(DrillKind.Failover, _time.GetUtcNow())), new DrillScheduleOptions { MayBeginAt = at => at.Hour >= 9 }, new DrillHistoryOptions(),
            new OwnClaim(new FolderLedger([_trail.Folder])), _file, () => null, _time, _log);
        Assert.False(await schedule.TurnAsync(Cancelled));
        Assert.False(await schedule.TurnAsync(Cancelled));
        _time.Advance(TimeSpan.FromHours(9));
        Assert.True(await schedule.TurnAsync(Cancelled));
        Assert.Single(_log.Collector.GetSnapshot(), r => r.Id.Id == 5312);
    }

    [Fact]
    public async Task Start_SomethingIsDue_IsRunAndEndedInOrder()
    {
        var run = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var schedule = Schedule(DrillKind.Failover, TimeSpan.FromDays(42), async token =>
        {
            run.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            throw new InvalidOperationException("it does not come here");
        }))
        {
            schedule.Start();
            await run.Task.WaitAsync(Cancelled);
        }

        Assert.Equal("the drill was called off: the application was stopped", Assert.Single(DrillHistory.ReadFolders([_trail.Folder]).Drills).Sentence);
    }

    public void Dispose()
    {
        _file.Dispose();
        _trail.Dispose();
    }

    private DrillHistoryWatch Watch() => new(new FolderLedger([_trail.Folder]), new DrillHistoryOptions { ClusterName = "main" }, "main", _time, _log);

    private DrillScheduler Schedule(DrillKind kind, TimeSpan cadence, Func<CancellationToken, Task<DrillOutcome>>? drill = null, IAuditSink? audit = null) =>
        new(kind, "main", drill ?? (_ => Task.FromResult(Outcome(kind, _time.GetUtcNow()))), new DrillScheduleOptions { Cadence = cadence }, new DrillHistoryOptions(), new OwnClaim(new FolderLedger([_trail.Folder])), audit ?? _file, () => _whyNotWhole, _time, _log);

    /// <summary>Takes the begin, and nothing after it.</summary>
    private sealed class DyingSink(IAuditSink sink) : IAuditSink
    {
        private bool _isDead;

        public void Write(AuditRecord record)
        {
            if (_isDead)
                throw new ProcessDiedException();
            _isDead = true;
            sink.Write(record);
        }
    }

    private sealed class ProcessDiedException : Exception;
}
