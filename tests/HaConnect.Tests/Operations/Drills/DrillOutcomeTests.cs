using HaConnect.Operations;
using HaConnect.Tests.Operations.Auditing;

namespace HaConnect.Tests.Operations.Drills;

public sealed class DrillOutcomeTests
{
    private static readonly DateTimeOffset s_at = new(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero);

    private static readonly DrillOutcome s_outcome = new(DrillKind.Failover, s_at, "main", true, "n1 was killed; \"n2\" took over → 0 lost.")
    {
        IsLocal = true,
        Fault = "kill",
        Node = "n1",
        Detection = TimeSpan.FromSeconds(0.15),
        Recovery = TimeSpan.FromSeconds(0.53),
        RecoveryTarget = TimeSpan.FromMinutes(5),
        WriteGap = TimeSpan.FromSeconds(0.5),
        AckedWrites = 27_264,
        LostWrites = 0,
        VerifiedRate = 1,
        MaxLag = TimeSpan.FromSeconds(0.2),
    };

    [Fact]
    public void Of_RecordOfAnOutcome_IsTheOutcome()
    {
        var record = s_outcome.ToAuditRecord("vm1", "alice", s_at.AddSeconds(40));
        Assert.Equal((AuditKind.Drill, "Failover", "passed", s_outcome.Recovery, "alice"), (record.Kind, record.Step, record.After, record.Duration, record.By));
        Assert.Equal(s_outcome, DrillOutcome.Of(record));
    }

    [Fact]
    public void Of_FailedWithoutFigures_IsTheOutcome()
    {
        var failed = new DrillOutcome(DrillKind.Restore, s_at, "main", false, "The backup could not be read.");
        var record = failed.ToAuditRecord("vm1", null, s_at);
        Assert.Equal("failed", record.After);
        Assert.Equal(failed, DrillOutcome.Of(record));
    }

    [Theory]
    [InlineData(AuditKind.Act, "{}")]
    [InlineData(AuditKind.Drill, null)]
    [InlineData(AuditKind.Drill, "{")]
    [InlineData(AuditKind.Drill, "{}")]
    [InlineData(AuditKind.Drill, "{\"kind\":\"Earthquake\",\"at\":\"2026-03-04T05:06:07Z\",\"cluster\":\"main\",\"passed\":true,\"sentence\":\"x\"}")]
    public void Of_AnythingElse_IsNull(AuditKind kind, string? data) =>
        Assert.Null(DrillOutcome.Of(new AuditRecord(s_at, "main", "vm1", null, "Failover", null, "x") { Kind = kind, Data = data }));

    [Fact]
    public void Data_ThroughTheChain_IsThereAgainAndVerified()
    {
        using var trail = new GivenTrail();
        using (var file = trail.Open())
            file.Write(s_outcome.ToAuditRecord("vm1", null, s_at));
        Assert.True(trail.Verify().IsIntact);
        Assert.Equal(s_outcome, DrillOutcome.Of(Assert.Single(AuditReader.ReadFolder(trail.Folder)).Record));
    }
}
