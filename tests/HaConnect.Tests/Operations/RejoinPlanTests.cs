using HaConnect.Operations;
using HaConnect.Operations.Rejoining;
using NpgsqlTypes;

namespace HaConnect.Tests.Operations;

public sealed class RejoinPlanTests
{
    /// <summary>An old primary of timeline 2, which the primary's timeline 3 left at 0/5000000.</summary>
    private static readonly RejoinFacts s_oldPrimary = new()
    {
        Major = 17,
        PrimaryMajor = 17,
        Timeline = 2,
        PrimaryTimeline = 3,
        Fork = NpgsqlLogSequenceNumber.Parse("0/5000000"),
        SharesHistory = true,
        CanRewind = true,
    };

    public static TheoryData<string, RejoinMethod, string> Cases
    {
        get
        {
            var data = new TheoryData<string, RejoinMethod, string>();
            foreach (var (name, (_, method, reason)) in s_cases)
                data.Add(name, method, reason);
            return data;
        }
    }

    /// <summary>A standby on the primary's own timeline 3, of which it has no more than the primary.</summary>
    private static RejoinFacts Standby(RejoinFacts f) => f with { WasStandby = true, Timeline = 3, Fork = null };

    private static readonly Dictionary<string, (Func<RejoinFacts, RejoinFacts> Change, RejoinMethod Method, string Reason)> s_cases = new(StringComparer.Ordinal)
    {
        ["old primary"] = (f => f, RejoinMethod.Rewind, "the same WAL up to 0/5000000"),
        ["no folder"] = (f => f with { HasData = false }, RejoinMethod.BaseBackup, "no data folder"),
        ["interrupted rewind"] = (f => f with { RewindWasInterrupted = true }, RejoinMethod.BaseBackup, "was interrupted"),
        ["other major version"] = (f => f with { Major = 16 }, RejoinMethod.BaseBackup, "of PostgreSQL 16"),
        ["standby of an ancestor"] = (f => f with { WasStandby = true }, RejoinMethod.Start, "was a standby on timeline 2, from which"),
        ["standby of the same timeline"] = (Standby, RejoinMethod.Start, "was a standby on timeline 3, which is the primary's"),
        ["standby of a foreign timeline"] = (f => f with { WasStandby = true, HistoriesDiffer = true, Fork = null }, RejoinMethod.BaseBackup, "is none from which"),
        ["standby of a later timeline"] = (f => f with { WasStandby = true, Timeline = 4, HistoriesDiffer = true, Fork = null }, RejoinMethod.BaseBackup, "timeline 4"),
        ["standby of a twin"] = (f => Standby(f) with { SharesHistory = false }, RejoinMethod.BaseBackup, "only has the number, and where it began, in common"),
        ["standby of an older twin"] = (f => f with { WasStandby = true, SharesHistory = false }, RejoinMethod.BaseBackup, "only has the number, and where it began, in common"),
        ["standby of whom nothing can be told"] = (f => Standby(f) with { SharesHistory = null }, RejoinMethod.BaseBackup, "the WAL is gone"),
        ["standby of the first timeline, which has no twin"] = (f => f with { WasStandby = true, Timeline = 1, SharesHistory = null }, RejoinMethod.Start, "was a standby on timeline 1"),
        ["standby beyond the fork"] = (f => f with { WasStandby = true, IsBeyond = true }, RejoinMethod.Rewind, "the same WAL up to 0/5000000"),
        ["standby with more than the primary"] = (f => Standby(f) with { IsBeyond = true }, RejoinMethod.BaseBackup, "has WAL of it that the primary"),
        ["twin"] = (f => f with { Timeline = 3, Fork = null }, RejoinMethod.BaseBackup, "take one number"),
        ["twin of an older number"] = (f => f with { SharesHistory = false }, RejoinMethod.BaseBackup, "only have the number in common"),
        ["foreign timeline of an older number"] = (f => f with { HistoriesDiffer = true, Fork = null }, RejoinMethod.BaseBackup, "is none from which"),
        ["WAL of the fork is gone"] = (f => f with { SharesHistory = null }, RejoinMethod.BaseBackup, "is gone, or too little"),
        ["neither checksums nor hints"] = (f => f with { CanRewind = false }, RejoinMethod.BaseBackup, "neither data checksums nor wal_log_hints"),
        ["standby that is not followed as one"] = (f => f with { WasStandby = false, Timeline = 1 }, RejoinMethod.Rewind, "left timeline 1"),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_Facts_ChoosesAndSaysWhy(string name, RejoinMethod method, string reason)
    {
        var plan = RejoinPlan.Of("n1", s_cases[name].Change(s_oldPrimary));
        Assert.Equal(method, plan.Method);
        Assert.Contains(reason, plan.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void TimelineHistory_Stretches_TellsWhereEachBeganAndWasLeft()
    {
        var history = new TimelineHistory("1\t0/3000060\tno recovery target specified\n\n3\t0/5A00000\tno recovery target specified\n");
        Assert.Equal([new(1, 0, 0x3000060), new(3, 0x3000060, 0x5A00000), new(4, 0x5A00000, null)], history.Stretches(own: 4));
        Assert.Equal([new(1, 0, null)], new TimelineHistory("").Stretches(own: 1));
    }

    [Theory]
    [InlineData("0/3000060", 1, "000000010000000000000003", 0x60)]
    [InlineData("0/4000000", 2, "000000020000000000000004", 0)]
    [InlineData("1/0", 2, "000000020000000100000000", 0)]
    [InlineData("1A/2B3C4D5E", 31, "0000001F0000001A0000002B", 0x3C4D5E)]
    public void WalGeometry_FileOf_NamesTheFileAndTheByte(string position, int timeline, string file, int offset)
    {
        var (geometry, at) = (new WalGeometry(16 * 1024 * 1024, 8192), (ulong)NpgsqlLogSequenceNumber.Parse(position));
        Assert.Equal((file, offset), (geometry.FileOf(timeline, geometry.SegmentOf(at)), geometry.OffsetOf(at)));
    }

    [Fact]
    public async Task RunAsync_BadOptions_NamesTheOption()
    {
        var cluster = new HaDatabaseOptions { Nodes = { new HaNodeOptions { Name = "n1", Host = "h1" }, new HaNodeOptions { Name = "n2", Host = "h2" } } };
        cluster.Failover.Replication.Username = "repl";
        var good = new RejoinOptions { Node = "n1", DataDirectory = "/data", Username = "postgres" };
        await ThrowsAsync("RejoinOptions.Node is 'n9'", o => o.Node = "n9");
        await ThrowsAsync("RejoinOptions.DataDirectory is 'data'", o => o.DataDirectory = "data");
        await ThrowsAsync("RejoinOptions.Username is ''", o => o.Username = "");
        await ThrowsAsync("RejoinOptions.ConfigFile is 'postgresql.conf'", o => o.ConfigFile = "postgresql.conf");
        await ThrowsAsync("RejoinOptions.StreamTimeout is '00:00:00'", o => o.StreamTimeout = TimeSpan.Zero);

        async Task ThrowsAsync(string message, Action<RejoinOptions> change)
        {
            var options = new RejoinOptions { Node = good.Node, DataDirectory = good.DataDirectory, Username = good.Username };
            change(options);
            Assert.StartsWith(message, (await Assert.ThrowsAsync<ArgumentException>(() => Rejoin.RunAsync(cluster, options, TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
        }
    }
}
