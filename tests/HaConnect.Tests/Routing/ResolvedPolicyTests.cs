using HaConnect.Routing;

namespace HaConnect.Tests.Routing;

public sealed class ResolvedPolicyTests
{
    private static readonly CausalToken Token = new(Given.SystemId, 1, 1, 1);

    [Fact]
    public void Of_NothingSaid_IsWhatTheOptionsSay()
    {
        var read = ResolvedPolicy.Of(null, null, new HaDatabaseOptions());
        Assert.Equal(new ResolvedPolicy(new ReadDemand(TimeSpan.FromSeconds(5), ReadFallback.Primary), null, TimeSpan.FromMilliseconds(100), HeedsScope: true), read);
        Assert.True(read.Demand.IsPlain);
    }

    [Fact]
    public void Of_CallAndScope_TheCallGoesFirst()
    {
        var scope = new ReadPolicy { MaxReplicaLag = TimeSpan.FromSeconds(9), Fallback = ReadFallback.Wait, CatchUpTimeout = TimeSpan.FromSeconds(2), Consistency = ReadConsistency.Strong };
        var read = ResolvedPolicy.Of(new ReadPolicy { Fallback = ReadFallback.Fail }, scope, new HaDatabaseOptions());
        Assert.Equal(new ResolvedPolicy(new ReadDemand(TimeSpan.FromSeconds(9), ReadFallback.Fail, PrimaryOnly: true), null, TimeSpan.FromSeconds(2), HeedsScope: true), read);
        Assert.False(ResolvedPolicy.Of(new ReadPolicy { Consistency = ReadConsistency.Bounded }, scope, new HaDatabaseOptions()).Demand.PrimaryOnly);
    }

    [Fact]
    public void Of_Eventual_HeedsNoScopeAndNoAge()
    {
        var read = ResolvedPolicy.Of(new ReadPolicy { Consistency = ReadConsistency.Eventual }, new ReadPolicy { After = Token }, new HaDatabaseOptions());
        Assert.Equal((TimeSpan.MaxValue, null, false), (read.Demand.Bound, read.After, read.HeedsScope));
        Assert.Equal(Token, ResolvedPolicy.Of(null, new ReadPolicy { After = Token }, new HaDatabaseOptions()).After);
    }

    [Fact]
    public void Of_HedgeAfter_IsTheCallsThenTheScopesThenTheOptions()
    {
        var options = new HaDatabaseOptions { Routing = { HedgeAfter = TimeSpan.FromMilliseconds(30) } };
        var scope = new ReadPolicy { HedgeAfter = TimeSpan.FromMilliseconds(20) };
        Assert.Equal(TimeSpan.Zero, ResolvedPolicy.Of(null, null, new HaDatabaseOptions()).HedgeAfter);
        Assert.Equal(TimeSpan.FromMilliseconds(30), ResolvedPolicy.Of(null, null, options).HedgeAfter);
        Assert.Equal(TimeSpan.FromMilliseconds(20), ResolvedPolicy.Of(new ReadPolicy(), scope, options).HedgeAfter);
        Assert.Equal(TimeSpan.Zero, ResolvedPolicy.Of(new ReadPolicy { HedgeAfter = TimeSpan.Zero }, scope, options).HedgeAfter);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Of_OutOfBounds_NamesMemberValueAndRemedy(ReadPolicy policy, string message)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => ResolvedPolicy.Of(policy, null, new HaDatabaseOptions()));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<ReadPolicy, string> Wrong => new()
    {
        { new ReadPolicy { MaxReplicaLag = TimeSpan.FromMilliseconds(40) }, "ReadPolicy.MaxReplicaLag is 00:00:00.0400000, which probes every 00:00:01 (Probing.Interval) cannot prove: ask for at least 00:00:04, or set Probing.Interval to 00:00:00.0100000 or less." },
        { new ReadPolicy { Fallback = (ReadFallback)9 }, "ReadPolicy.Fallback must be Primary, Wait, Fail or Freshest." },
        { new ReadPolicy { Consistency = (ReadConsistency)9 }, "ReadPolicy.Consistency must be Bounded, Eventual or Strong." },
        { new ReadPolicy { Replicas = (ReplicaKind)9 }, "ReadPolicy.Replicas must be Any, Synchronous or Asynchronous." },
        { new ReadPolicy { Nodes = [] }, "ReadPolicy.Nodes names no node: leave it null for all." },
        { new ReadPolicy { CatchUpTimeout = TimeSpan.FromSeconds(11) }, "ReadPolicy.CatchUpTimeout is 00:00:11; it must be from 0 to 10 s." },
        { new ReadPolicy { HedgeAfter = TimeSpan.FromSeconds(11) }, "ReadPolicy.HedgeAfter is 00:00:11; it must be from 1 ms to 10 s, or zero for never." },
        { new ReadPolicy { Consistency = ReadConsistency.Eventual, After = Token }, "ReadPolicy.After is set, and the consistency is Eventual, which heeds no token: leave one of them out, or set ReadPolicy.Consistency to Bounded." },
    };
}
