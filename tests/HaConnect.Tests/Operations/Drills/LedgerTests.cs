using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Reporting;
using HaConnect.Operations.Drills.Workload;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Operations.Drills;

public sealed class LedgerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Ledger _ledger;

    public LedgerTests() => _ledger = new Ledger(writers: 2, readers: 1, "n1", _time);

    [Fact]
    public void Gaps_AFaultBetweenTwoAcks_AreFromAckToAck_AndFromTheFault()
    {
        _ledger.WorkloadBegins();
        Ack(0, "n1", after: 100);
        Wait(50);
        _ledger.FaultBegins();
        Ack(1, "n1", after: 10); // the old primary still acked one
        Ack(0, "n2", after: 490);
        Ack(1, "n2", after: 100);
        Wait(200);
        _ledger.WorkloadEnded();
        Assert.Equal(TimeSpan.FromMilliseconds(490), WriteGaps.Longest(_ledger));
        Assert.Equal(TimeSpan.FromMilliseconds(500), WriteGaps.FaultToFirstWrite(_ledger, "n1"));
        Assert.Equal([0, 2, 0, 0, 0, 0, 1, 1, 0, 0], WriteGaps.Rate(_ledger, TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void FaultToFirstWrite_NobodyElseAcked_IsNull()
    {
        _ledger.WorkloadBegins();
        _ledger.FaultBegins();
        Ack(0, "n1", after: 100);
        Assert.Null(WriteGaps.FaultToFirstWrite(_ledger, "n1"));
        Assert.False(_ledger.HasAckedElsewhere);
    }

    [Fact]
    public void AckedElsewhere_SecondAckOfAnotherServer_IsRaisedOnce()
    {
        var raised = 0;
        _ledger.AckedElsewhere += () => raised++;
        Ack(0, "n2", after: 1);
        Ack(1, "n3", after: 1);
        Assert.Equal(1, raised);
    }

    [Fact]
    public void Judge_MissingTwiceAndUnknownRows_AreTold_AndOnlyAckedOnesAreLost()
    {
        Ack(0, "n1", after: 1);
        Ack(0, "n1", after: 1);
        _ledger.BeginWrite(1); // of unknown outcome: it may be there, and may not
        var problems = FinalRead.Judge([new WriteKey(0, 1), new WriteKey(0, 1), new WriteKey(7, 7)], _ledger, out var lost);
        Assert.Equal([new WriteKey(0, 2)], lost);
        Assert.Equal(["1 rows are there twice.", "1 rows were never written: 7/7."], problems);
        Assert.Empty(FinalRead.Judge([new WriteKey(0, 1), new WriteKey(0, 2), new WriteKey(1, 1)], _ledger, out lost));
        Assert.Empty(lost);
    }

    [Fact]
    public void Staleness_OfAReadThatMissesAnAckedRow_IsItsAge_AndALostRowIsNotStale()
    {
        Ack(0, "n1", after: 1);
        Ack(0, "n1", after: 1);
        Wait(300);
        _ledger.Add(0, new Read(_ledger.Now, "n2", [1, 0]));
        Assert.Equal(TimeSpan.FromMilliseconds(300), Staleness.Greatest(_ledger, new HashSet<WriteKey>()));
        Assert.Equal(TimeSpan.Zero, Staleness.Greatest(_ledger, new HashSet<WriteKey> { new(0, 2) }));
    }

    [Fact]
    public void Findings_OfLedgerAndTimeline_HaveDetectionAfterTheFaultOnly()
    {
        var timeline = new DrillTimeline(_time);
        _ledger.WorkloadBegins();
        timeline.Write(Record("detected: n1 is lost: of an earlier time"));
        Ack(0, "n1", after: 1000);
        _ledger.FaultBegins();
        timeline.Add(DrillTimeline.Fault, "SIGKILL");
        Wait(150);
        timeline.Write(Record("detected: n1 is lost: Connection refused"));
        timeline.Write(Record("asked for by somebody") with { By = "alice" });
        timeline.Write(Record("n1 is seen as the primary") with { Kind = AuditKind.Configuration });
        Ack(0, "n2", after: 350);
        _ledger.WorkloadEnded();
        var found = FindingsReader.Of(_ledger, timeline, new FinalRead(new ServerRead(new DrillServer("n2", "db2", 5432, "", ""), [], false, 2), new HashSet<WriteKey>(), []), GivenFindings.Passed);
        Assert.Equal((0.15, 0.5, 1d, 2, 0), (found.DetectionSeconds, found.RecoverySeconds, found.LongestWriteGapSeconds, found.AckedWrites, found.LostWrites));
        Assert.Equal(["detected", "fault", "detected"], found.Timeline.Select(e => e.Label));
        Assert.Equal([-1, 0, 0.15], found.Timeline.Select(e => e.SecondsAfterFault));
        Assert.Equal(-1, found.BeganAtSeconds);
    }

    private static AuditRecord Record(string sentence) => new(default, "main", "vm", 1, "Watching", null, sentence);

    private void Ack(int writer, string node, int after)
    {
        var write = _ledger.BeginWrite(writer);
        Wait(after);
        _ledger.Acked(write, node, wasApplied: false);
    }

    private void Wait(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
