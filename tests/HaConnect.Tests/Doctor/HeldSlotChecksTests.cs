using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class HeldSlotChecksTests
{
    [Theory]
    [InlineData("s", false, true, "reserved", null)]
    [InlineData("s", false, false, "reserved", "slot-inactive")]
    [InlineData("s", false, true, "unreserved", "slot-unreserved")]
    [InlineData("s", false, false, "lost", "slot-lost")]
    [InlineData("haconnect_a", false, false, "reserved", null)] // HaConnect's own
    [InlineData("s", true, false, "reserved", "slot-inactive")]
    public void Find_Slot_IsJudged(string name, bool isLogical, bool isActive, string status, string? code)
    {
        var finding = Healthy.Problems(Healthy.Cluster().WithState("p", s => s with { Slots = [new(name, isLogical, isActive, status, null, 100)] })).SingleOrDefault();
        Assert.Equal(code, finding?.Code);
        if (isLogical)
            Assert.Null(finding!.Sql); // its subscriber's place is not for a script to give up
    }

    [Fact]
    public void Find_SlotThatAStandbyUses_IsNotToBeDropped()
    {
        var seen = Healthy.Cluster().WithSlots("a", s => s with { PrimarySlotName = "for_a" });
        seen = seen.Nodes.Aggregate(seen, (all, n) => n.Node == "a" ? all : all.WithSlots(n.Node, s => s with { Physical = [new("for_a", false, 1)] }));
        Assert.Empty(Healthy.Problems(seen.WithState("p", s => s with { Slots = [new("for_a", false, false, "reserved", null, 100)] })));
        var lost = seen.WithState("p", s => s with { Slots = [new("for_a", false, false, "lost", null, null)] }).Only(FindingSeverity.Warning, "p");
        Assert.Equal("SELECT pg_drop_replication_slot('for_a');\nSELECT pg_create_physical_replication_slot('for_a', true);", lost.Sql);
    }
}
