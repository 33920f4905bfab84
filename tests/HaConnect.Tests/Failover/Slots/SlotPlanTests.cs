using HaConnect.Failover.Slots;

namespace HaConnect.Tests.Failover.Slots;

/// <summary>Primary p, standbys a and b. Positions are in segments of 16 MiB.</summary>
public sealed class SlotPlanTests
{
    private const ulong Segment = 16 * 1024 * 1024;
    private static readonly string[] s_nodes = ["p", "a", "b"];

    private readonly Dictionary<string, SlotReading> _readings = new()
    {
        ["p"] = Node(inRecovery: false, ["haconnect_a", "haconnect_b"]) with { Senders = [("a", 9 * Segment), ("b", 8 * Segment)] },
        ["a"] = Node(inRecovery: true, ["haconnect_b", "haconnect_p"]),
        ["b"] = Node(inRecovery: true, ["haconnect_a", "haconnect_p"]),
    };

    [Fact]
    public void Of_NoSlots_EveryNodeKeepsOneForEachOther()
    {
        foreach (var node in s_nodes)
            Change(node, r => r with { Physical = [] });
        Assert.Equal(
            ["Create haconnect_a at p for a", "Create haconnect_b at p for b", "Create haconnect_p at a for p", "Create haconnect_b at a for b", "Create haconnect_p at b for p", "Create haconnect_a at b for a"],
            Plan());
    }

    [Fact]
    public void Of_SlotsAreInPlace_NothingIsDone() => Assert.Empty(Plan());

    [Fact]
    public void Of_NodeWithoutBound_GetsNoSlotAndLosesOurs()
    {
        Change("a", r => r with { LimitMegabytes = -1, Physical = [new("haconnect_p", IsActive: false, 3 * Segment), new("backup", IsActive: false, 3 * Segment)] });
        Assert.Equal(["Drop haconnect_p at a"], Plan());
    }

    /// <summary>Else it would be dropped while it keeps what the standby needs: what a standby streams by is known only while it is in reach.</summary>
    [Fact]
    public void Of_NodeOutOfReach_NothingIsDropped()
    {
        Change("p", r => r with { Physical = [.. r.Physical, new("haconnect_mine", IsActive: false, Segment)] });
        Assert.Equal(["Drop haconnect_mine at p"], Plan());
        _readings.Remove("b");
        Assert.Empty(Plan());
    }

    /// <summary>It may have to be rewound, and begins its recovery at the last checkpoint that it has in common with its successor.</summary>
    [Fact]
    public void Of_SlotsForThePrimary_StayAtItsLastCheckpoint()
    {
        Change("p", r => r with { Redo = 4 * Segment });
        foreach (var node in (string[])["a", "b"])
            Change(node, r => r with { Physical = [.. r.Physical.Select(s => s with { KeptFrom = 3 * Segment })] });
        Assert.Equal(["Advance haconnect_p at a to 4", "Advance haconnect_b at a to 8", "Advance haconnect_p at b to 4", "Advance haconnect_a at b to 9"], Plan());
    }

    [Fact]
    public void Of_TwoConnectionsUnderOneName_TheOneThatIsBehindCounts()
    {
        Change("p", r => r with { Senders = [("a", 9 * Segment), ("b", 8 * Segment), ("a", 6 * Segment)], Physical = [.. r.Physical.Select(s => s with { KeptFrom = 5 * Segment })] });
        Assert.Equal(["Advance haconnect_a at p to 6", "Advance haconnect_b at p to 8"], Plan());
    }

    [Fact]
    public void Of_TwoThatNameOneSlot_ItStaysWhereTheOneBehindNeedsIt()
    {
        foreach (var node in (string[])["a", "b"])
            Change(node, r => r with { PrimarySlotName = "shared" });
        Change("p", r => r with { Physical = [new("shared", IsActive: false, 5 * Segment)] });
        Assert.Contains("Advance shared at p to 8", Plan());
        Change("p", r => r with { Senders = [("a", 9 * Segment)] });
        Assert.DoesNotContain(Plan(), o => o.StartsWith("Advance shared at p", StringComparison.Ordinal));
    }

    /// <summary>No bound ends that: whoever streamed by it has gone on without it.</summary>
    [Fact]
    public void Of_IdleSlotThatHoldsBackVacuum_IsMadeAnewOnceItsNodeNeedsNothingOfIt()
    {
        Change("p", r => r with { Redo = 9 * Segment, Physical = [new("haconnect_a", IsActive: false, 9 * Segment) { HoldsBackVacuum = true }, new("haconnect_b", IsActive: false, 8 * Segment) { HoldsBackVacuum = true }] });
        Assert.Equal(["Renew haconnect_a at p for a"], Plan());
    }

    [Fact]
    public void Of_UserMayNotMakeSlots_NothingIsDone()
    {
        Change("a", r => r with { MayKeep = false, Physical = [] });
        Assert.Empty(Plan());
    }

    [Fact]
    public void Of_SegmentsAreBehind_SlotsAreAdvancedAsFarAsBothHaveCome()
    {
        foreach (var node in s_nodes)
            Change(node, r => r with { Position = node == "b" ? 7 * Segment : 9 * Segment, Physical = [.. r.Physical.Select(s => s with { KeptFrom = 5 * Segment })] });
        Assert.Equal(
            ["Advance haconnect_a at p to 9", "Advance haconnect_b at p to 8", "Advance haconnect_p at a to 9", "Advance haconnect_b at a to 8", "Advance haconnect_p at b to 7", "Advance haconnect_a at b to 7"],
            Plan());
    }

    [Fact]
    public void Of_StandbyThatIsAway_ItsSlotsStay()
    {
        _readings.Remove("a");
        Change("p", r => r with { Senders = [("b", 9 * Segment)], Physical = [new("haconnect_a", IsActive: false, 2 * Segment), new("haconnect_b", IsActive: false, 9 * Segment)] });
        Assert.Empty(Plan());
    }

    [Fact]
    public void Of_NoPrimary_NothingIsAdvancedButMissingOnesAreMade()
    {
        Change("p", r => r with { Physical = [new("haconnect_a", IsActive: false, 2 * Segment)] });
        Assert.Equal(["Create haconnect_b at p for b"], Plan(primary: null));
    }

    [Fact]
    public void Of_FormerPrimaryOutOfRecovery_WhatItSaysOfItselfAndOfItsFollowersCountsForNothing()
    {
        Change("a", r => r with { InRecovery = false, Senders = [("p", 9 * Segment)], Physical = [.. r.Physical.Select(s => s with { KeptFrom = Segment })] });
        Change("p", r => r with { Senders = [("b", 8 * Segment)], Physical = [.. r.Physical.Select(s => s with { KeptFrom = Segment })] });
        Assert.Equal(["Advance haconnect_b at p to 8", "Advance haconnect_p at a to 9", "Advance haconnect_b at a to 8"], Plan());
    }

    [Fact]
    public void Of_Cascade_IsToldByTheStandbyItStreamsFrom()
    {
        Change("p", r => r with { Senders = [("a", 9 * Segment)] });
        Change("a", r => r with { Senders = [("b", 8 * Segment)], Physical = [new("haconnect_b", IsActive: false, 5 * Segment), new("haconnect_p", IsActive: false, 9 * Segment)] });
        Assert.Equal(["Advance haconnect_b at a to 8"], Plan());
    }

    [Fact]
    public void Of_SlotInUse_MovesItself()
    {
        Change("p", r => r with { Physical = [new("haconnect_a", IsActive: true, 2 * Segment), new("haconnect_b", IsActive: true, null)] });
        Assert.Empty(Plan());
    }

    [Fact]
    public void Of_SlotThatKeepsNothing_IsMadeAnew()
    {
        Change("p", r => r with { Physical = [new("haconnect_a", IsActive: false, null), new("haconnect_b", IsActive: false, 3 * Segment) { IsLost = true }] });
        Assert.Equal(["Renew haconnect_a at p for a", "Renew lost haconnect_b at p for b"], Plan());
    }

    [Fact]
    public void Of_StandbyThatNamesASlot_ItsNameIsKeptInsteadOfOurs()
    {
        Change("b", r => r with { PrimarySlotName = "for_b" });
        Change("p", r => r with { Physical = [.. r.Physical, new("for_b", IsActive: true, 8 * Segment)] });
        Assert.Equal(["Drop haconnect_b at p", "Create for_b at a for b", "Drop haconnect_b at a"], Plan());
    }

    [Fact]
    public void Of_SlotsOfOthers_AreLeftAlone_AndOursOfNobodyAreDropped()
    {
        Change("p", r => r with { Physical = [.. r.Physical, new("barman", IsActive: false, null), new("haconnect_gone", IsActive: false, null), new("haconnect_used", IsActive: true, Segment)] });
        Assert.Equal(["Drop haconnect_gone at p"], Plan());
    }

    [Theory]
    [InlineData("db1", "haconnect_db1")]
    [InlineData("db-1", "haconnect_db_1_68150cfc")]
    [InlineData("db_1", "haconnect_db_1")]
    [InlineData("DB_1", "haconnect_db_1_b9c694cc")]
    [InlineData("[fe80::1]:5432", "haconnect__fe80__1__5432_b5fff8f8")]
    public void SlotName_IsOneThatPostgresAllows_AndNoOthersToo(string node, string slot)
    {
        Assert.Matches("^haconnect_[a-z0-9_]+$", SlotName.For(node));
        Assert.Equal(slot, SlotName.For(node));
    }

    [Fact]
    public void SlotName_LongName_FitsAndIsItsOwn()
    {
        var (one, other) = (SlotName.For(new string('n', 63)), SlotName.For(new string('n', 62) + 'm'));
        Assert.True(one.Length <= 63);
        Assert.NotEqual(one, other);
    }

    private void Change(string node, Func<SlotReading, SlotReading> change) => _readings[node] = change(_readings[node]);

    private string[] Plan(string? primary = "p") => [.. SlotPlan.Of(s_nodes, _readings, primary).Select(o => o switch
    {
        SlotOrder.Create c => $"Create {c.Slot} at {c.Node} for {c.For}",
        SlotOrder.Renew r => $"Renew {(r.IsLost ? "lost " : "")}{r.Slot} at {r.Node} for {r.For}",
        SlotOrder.Advance a => $"Advance {a.Slot} at {a.Node} to {a.Position / Segment}",
        _ => $"Drop {o.Slot} at {o.Node}",
    })];

    private static SlotReading Node(bool inRecovery, string[] slots) => new()
    {
        InRecovery = inRecovery,
        LimitMegabytes = 1024,
        Position = 9 * Segment,
        Redo = 9 * Segment,
        Physical = [.. slots.Select(s => new PhysicalSlot(s, IsActive: false, 9 * Segment))],
    };
}
