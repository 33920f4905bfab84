using HaConnect.Doctor;
using HaConnect.Failover.Slots;

namespace HaConnect.Tests.Doctor;

public sealed class SlotChecksTests
{
    [Fact]
    public void Of_SlotThatAPromotableNodeLacks_HasAStatementThatMendsIt()
    {
        var seen = Healthy.Cluster().WithSlots("b", s => s with { PrimarySlotName = "for_b" }).WithSlots("p", s => s with { Physical = [new("for_b", true, 1)] });
        var finding = seen.Only(FindingSeverity.Warning, "a", "b has primary_slot_name = 'for_b', and a has no such slot");
        Assert.Equal("run there: SELECT pg_create_physical_replication_slot('for_b', true)", finding.Remedy);
    }

    [Fact]
    public void Of_NeitherSlotsNorKeptWal_IsTold()
    {
        var seen = Healthy.Cluster().WithServer("a", s => s with { WalKeepSize = 0 });
        seen.Only(FindingSeverity.Warning, "a", "a has wal_keep_size = 0, and b would stream from it without a slot");
        Assert.Empty(Healthy.Problems(seen.WithSlots("b", s => s with { PrimarySlotName = "s" }).WithSlots("a", s => s with { Physical = [new("s", false, 1)] }).WithSlots("p", s => s with { Physical = [new("s", true, 1)] })));
    }

    [Fact]
    public void Of_SlotsAreKept_NeitherIsMissed()
    {
        var seen = Kept().WithServer("a", s => s with { WalKeepSize = 0 }).WithSlots("b", s => s with { PrimarySlotName = "for_b" });
        Assert.Empty(Healthy.Problems(seen));
    }

    [Fact]
    public void Of_KeptWithoutABound_IsTold()
    {
        var finding = Kept().WithSlots("a", s => s with { LimitMegabytes = -1 }).Only(FindingSeverity.Warning, "a", "a has max_slot_wal_keep_size = -1, so that no replication slots are made there");
        Assert.Contains("ALTER SYSTEM SET max_slot_wal_keep_size", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_KeptByAUserWhoMayNot_IsToldOnce()
    {
        var seen = Kept();
        foreach (var node in (string[])["p", "a", "b"])
            seen = seen.WithSlots(node, s => s with { MayKeep = false });
        var finding = seen.Only(FindingSeverity.Warning, null, "the control user may not make replication slots");
        Assert.Contains("ALTER ROLE haconnect REPLICATION", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_KeptWithTooFewSlots_IsTold()
    {
        var seen = Kept().WithSlots("a", s => s with { MostSlots = 3, Physical = [new("backup", true, 1), new("haconnect_b", false, 1)] });
        Assert.Empty(Healthy.Problems(seen));
        seen = seen.WithSlots("a", s => s with { MostSlots = 2 });
        seen.Only(FindingSeverity.Warning, "a", "a has max_replication_slots = 2, but 3 are needed");
    }

    [Fact]
    public void Of_KeptWhereIdleSlotsEnd_IsTold() =>
        Kept().WithSlots("a", s => s with { IdleSlotsEnd = true }).Only(FindingSeverity.Warning, "a", "a has an idle_replication_slot_timeout");

    [Fact]
    public void Of_ObservingInstance_SaysNothingOfSlotsThatOthersKeep()
    {
        var seen = Healthy.Cluster(coordinates: false).WithSlots("a", s => s with { MayKeep = false, Physical = [new("haconnect_b", false, 1)] });
        Assert.DoesNotContain(Healthy.Problems(seen), f => f.Problem.Contains("slot", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_NotKeptAnyMore_OurSlotsAreToldWithTheStatements()
    {
        var finding = Healthy.Cluster().WithSlots("a", s => s with { Physical = [new("haconnect_b", false, 1), new("haconnect_p", false, 1), new("backup", false, 1)] })
            .Only(FindingSeverity.Warning, "a", "replication slots that nobody advances any more", "haconnect_b, haconnect_p.");
        Assert.Equal("run there: SELECT pg_drop_replication_slot('haconnect_b'); SELECT pg_drop_replication_slot('haconnect_p')", finding.Remedy);
    }

    [Theory]
    [InlineData(150018, "PostgreSQL keeps such slots on standbys from 17 on")]
    [InlineData(170010, "make them failover slots")]
    public void Of_LogicalSlotThatEndsWithThePrimary_IsTold(int version, string remedy)
    {
        var finding = Healthy.Cluster().WithSlots("p", s => s with { VersionNumber = version, Logical = [new("cdc", IsFailover: false, IsValid: true)] })
            .Only(FindingSeverity.Warning, "p", "logical replication slots of p end with its role: cdc");
        Assert.StartsWith(remedy, finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_FailoverSlotThatAStandbyLacks_IsTold()
    {
        var slot = new LogicalSlot("cdc", IsFailover: true, IsValid: true);
        var seen = Healthy.Cluster().WithSlots("p", s => s with { Logical = [slot] }).WithSlots("a", s => s with { Logical = [slot] }).WithSlots("b", s => s with { Logical = [slot with { IsValid = false }] });
        var finding = seen.Only(FindingSeverity.Warning, "b", "b does not have the failover slots cdc of p yet");
        Assert.Contains("sync_replication_slots = on", finding.Remedy, StringComparison.Ordinal);
        Assert.Empty(Healthy.Problems(seen.WithSlots("b", s => s with { Logical = [slot] })));
    }

    private static Examination Kept()
    {
        var seen = Healthy.Cluster(keepsSlots: true);
        foreach (var node in (string[])["p", "a", "b"])
            seen = seen.WithSlots(node, s => s with { LimitMegabytes = 1024 });
        return seen;
    }
}
