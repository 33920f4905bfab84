using HaConnect.Operations.Backups;
using HaConnect.Operations.Rejoining;

namespace HaConnect.Tests.Operations.Backups;

/// <summary>What would be lost, and when it is nothing.</summary>
public sealed class RecoveryPointTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 27, 15, 0, 0, TimeSpan.Zero);
    private static readonly WalGeometry s_geometry = new(16 << 20, 8192);

    [Fact]
    public void RecoveryPointAge_AllThatEndedIsArchived_IsZero() => Assert.Equal(TimeSpan.Zero, Facts(endedAtThePrimary: 101, endedInTheArchive: 101).RecoveryPointAge);

    [Fact]
    public void RecoveryPointAge_AnOlderTransactionRanAtTheArchivesLastLook_IsItsAge()
    {
        // 101 is archived while 100 is open, and 100 commits behind the archive: no id of the primary's is newer than those of the archive.
        Assert.Equal(TimeSpan.FromHours(5), Facts(endedAtThePrimary: 102, endedInTheArchive: 100).RecoveryPointAge);
        Assert.Equal(TimeSpan.FromHours(5), Facts(endedAtThePrimary: 101, endedInTheArchive: null).RecoveryPointAge);
    }

    [Fact]
    public void RecoveryPointAge_PrimaryOnAnotherTimeline_IsItsAge() => Assert.Equal(TimeSpan.FromHours(5), Facts(101, 101, timeline: 2).RecoveryPointAge);

    [Fact]
    public void RecoveryPointAge_IdsWrapAround_AreComparedAllTheSame()
    {
        Assert.Equal(TimeSpan.Zero, Facts(endedAtThePrimary: uint.MaxValue, endedInTheArchive: 3).RecoveryPointAge);
        Assert.Equal(TimeSpan.FromHours(5), Facts(endedAtThePrimary: 3, endedInTheArchive: uint.MaxValue).RecoveryPointAge);
    }

    [Fact]
    public void RecoveryPointAge_NobodyAsked_IsItsAgeOrUnknown()
    {
        Assert.Equal(TimeSpan.FromHours(5), (Facts(101, 101) with { Archiver = null }).RecoveryPointAge);
        Assert.Null((Facts(101, 101) with { Point = default }).RecoveryPointAge);
    }

    [Fact]
    public void OldestOf_ALookAtRunningTransactions_IsTheOldestOfThem()
    {
        byte[] data = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 104, 0, 0, 0, 100, 0, 0, 0, 103, 0, 0, 0, 100, 0, 0, 0, 102, 0, 0, 0];
        Assert.Equal(100u, RunningTransactions.OldestOf([255, (byte)data.Length, .. data]));
        Assert.Null(RunningTransactions.OldestOf([255, 8, 1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.True(new WalRecord(0, 8, 0x10).IsRunningTransactions);
        Assert.False(new WalRecord(0, 8, 0).IsRunningTransactions);
    }

    [Fact]
    public void Before_EndsBehindTheNewestLook_CountInTheirOrderOnly()
    {
        var ended = new EndedTransactions();
        foreach (var record in (WalRecord[])[End(103), End(104)]) // the last segment
            ended.Take(record);
        ended.GoBack();
        Assert.Null(ended.Before);
        foreach (var record in (WalRecord[])[Look(90), End(98), Look(100), End(101), End(100) with { Info = 0x20 }, new(0, 1, 0x30) { TransactionId = 102 }])
            ended.Take(record);
        ended.GoBack();
        Assert.Equal(102u, ended.Before); // 102 runs on, whatever ended behind it; a prepared transaction's end is not its writer's
        foreach (var record in (WalRecord[])[Look(80), End(102)]) // an older segment
            ended.Take(record);
        ended.GoBack();
        Assert.Equal(102u, ended.Before);

        static WalRecord Look(uint oldest) => new(0, 8, 0x10) { OldestRunning = oldest };

        static WalRecord End(uint id) => new(0, 1, 0) { TransactionId = id };
    }

    private static CheckFacts Facts(uint endedAtThePrimary, uint? endedInTheArchive, int timeline = 1)
    {
        var coverage = WalCoverage.Of(new HashSet<string> { "000000010000000000000002" }, new Dictionary<int, string>(), s_geometry, 1, 0x2000028);
        return new(s_now, "x", [new(new BaseBackup("b", "full", "plain"), coverage, null)], s_geometry)
        {
            Archiver = new(s_now, "on", true, null, null, null, null, 0, timeline, endedAtThePrimary, 1),
            Point = new(s_now.AddHours(-5), 0, endedInTheArchive),
        };
    }
}
