using HaConnect.Operations;
using HaConnect.Operations.Backups;
using HaConnect.Operations.Rejoining;

namespace HaConnect.Tests.Operations.Backups;

/// <summary>What a drill makes of what it sees.</summary>
public sealed class RestoreDrillTests
{
    private static readonly DateTimeOffset s_second = new(2026, 11, 27, 15, 0, 0, TimeSpan.Zero);
    private static readonly WalGeometry s_geometry = new(16 << 20, 8192);

    [Fact]
    public void MarkProof_Of_DemandsEachMarkOnItsSide()
    {
        Mark[] marks = [At("1", -300), At("2", -150), At("3", 0), At("4", 150), At("5", 300)];
        var proof = MarkProof.Of(marks, s_second, new HashSet<string> { "1", "2" });
        Assert.Equal((true, 2, 2), (proof.IsProven, proof.Before, proof.After));
        Assert.True(MarkProof.Of(marks, s_second, new HashSet<string> { "1", "2", "3" }).IsProven); // the third was committed at the second itself
        Assert.False(MarkProof.Of(marks, s_second, new HashSet<string> { "1" }).IsProven);
        Assert.False(MarkProof.Of(marks, s_second, new HashSet<string> { "2", "1", "4" }).IsProven);
        Assert.False(MarkProof.Of(marks[..2], s_second, new HashSet<string> { "1", "2" }).IsProven);
        Assert.False(MarkProof.Of(marks[3..], s_second, new HashSet<string>()).IsProven);
    }

    [Fact]
    public void RecoveryLog_Stop_IsReadFromWhatPostgresqlWrites()
    {
        var log = new RecoveryLog("2026-11-27 15:20:00.000 UTC [1] LOG:  starting point-in-time recovery to 2026-11-27 15:20:07+00\n2026-11-27 15:20:01.000 UTC [1] LOG:  recovery stopping before commit of transaction 745, time 2026-11-27 15:20:07.214561+00\n2026-11-27 15:20:01.001 UTC [1] LOG:  pausing at the end of recovery\n");
        Assert.Equal(new DateTimeOffset(2026, 11, 27, 15, 20, 7, TimeSpan.Zero).AddMicroseconds(214561), log.StoppedBefore);
        Assert.Empty(log.Damages);
        Assert.Null(new RecoveryLog("").Stop);
        var broken = new RecoveryLog("x LOG:  incorrect resource manager data checksum in record at 0/5001234\nx FATAL:  recovery ended before configured recovery target was reached\n");
        Assert.True(broken.EndedBeforeTarget);
        Assert.Equal(0x5001234UL, RecoveryLog.PositionIn(broken.Damages.Single()));
        Assert.Equal(["recovery ended before configured recovery target was reached"], broken.Fatal);
    }

    [Fact]
    public void DrillChoice_Of_TakesTheNewestThatEndedBefore()
    {
        BackupCoverage[] backups = [Backup("old", -2, null), Backup("mid", -1, null), Backup("new", 1, null), Backup("torn", -0.5, "it is torn")];
        Assert.Equal("mid", DrillChoice.Of(backups, new DrillTarget { Time = s_second }, null)!.Backup.Name);
        Assert.Equal("old", DrillChoice.Of(backups, new DrillTarget { Time = s_second }, "old")!.Backup.Name);
        Assert.Equal("new", DrillChoice.Of(backups, null, null)!.Backup.Name);
        Assert.Null(DrillChoice.Of(backups, null, "torn"));
        Assert.Null(DrillChoice.Of([], null, null));
        Assert.Contains("lies before the end of the oldest usable backup, old", Assert.Throws<ArgumentException>(() => DrillChoice.Of(backups, new DrillTarget { Time = s_second.AddHours(-3) }, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InTheWay_AGapBehindTheTarget_IsNone()
    {
        var chosen = Backup("b", -1, null);
        var target = new DrillTarget { Time = s_second };
        Assert.Empty(DrillChoice.InTheWay(chosen, [], new(s_second.AddSeconds(1), 0, null), target, s_geometry));
        Assert.Equal("000000010000000000000004", Assert.Single(DrillChoice.InTheWay(chosen, [], new(s_second, 0, null), target, s_geometry)).Subject);
        Assert.Equal(["000000010000000000000004", "000000010000000000000003"], DrillChoice.InTheWay(chosen, [("000000010000000000000003", "is no use"), ("000000010000000000000001", "is not needed")], default, target, s_geometry).Select(f => f.Subject));
    }

    [Fact]
    public void DiskSpace_ProblemOf_NamesBoth()
    {
        Assert.Null(DiskSpace.ProblemOf(1L << 30, 2L << 30, "/x"));
        Assert.Equal("The copy takes about 1.3 GiB, and /x has 1 GiB left. Name a ParentFolder with more room.", DiskSpace.ProblemOf(1L << 30, 1L << 30, "/x"));
    }

    [Fact]
    public void ProgramVersion_ProblemOf_IsTheOtherMajor()
    {
        Assert.Null(ProgramVersion.ProblemOf("b", 15, "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"));
        Assert.Null(ProgramVersion.ProblemOf("b", null, "postgres (PostgreSQL) 15.18"));
        Assert.Contains("is of PostgreSQL 16, and the programs are of 15", ProgramVersion.ProblemOf("b", 16, "postgres (PostgreSQL) 15.18"), StringComparison.Ordinal);
    }

    [Fact]
    public void CommitTime_Of_ReadsBehindOriginAndTopTransaction()
    {
        byte[] time = [.. BitConverter.GetBytes(1_000_000L), 0, 0, 0, 0];
        var at = new DateTimeOffset(2000, 1, 1, 0, 0, 1, TimeSpan.Zero);
        Assert.Equal(at, CommitTime.Of([255, 12, .. time]));
        Assert.Equal(at, CommitTime.Of([253, 1, 0, 252, 9, 9, 9, 9, 255, 12, .. time]));
        Assert.Equal(at, CommitTime.Of([254, 12, 0, 0, 0, .. time]));
        Assert.Null(CommitTime.Of([0, 12, .. time]));
        Assert.Null(CommitTime.Of([255, 200, .. time]));
    }

    private static Mark At(string id, double milliseconds) => new(id, s_second.AddMilliseconds(milliseconds - 1), s_second.AddMilliseconds(milliseconds + 1));

    private static BackupCoverage Backup(string name, double hours, string? problem) =>
        new(new BaseBackup(name, "full", "plain") { FinishedAt = s_second.AddHours(hours), StartLsn = 0x2000028, StopLsn = 0x2000100 },
            WalCoverage.Of(new HashSet<string> { "000000010000000000000002", "000000010000000000000003", "000000010000000000000005" }, new Dictionary<int, string>(), s_geometry, 1, 0x2000028), problem);
}
