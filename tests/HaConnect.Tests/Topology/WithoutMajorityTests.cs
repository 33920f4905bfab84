using HaConnect.Failover;
using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Topology;

/// <summary>The cluster state of an instance from whose sight voters go and come back, as time passes.</summary>
public sealed class WithoutMajorityTests
{
    private static readonly TermRow s_term = Given.Row(1, "n1", 0);
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly HaDatabaseOptions _options = new() { Nodes = { new() { Name = "n1", Host = "a" }, new() { Name = "n2", Host = "b" }, new() { Name = "n3", Host = "c" } } };
    private ulong _lsn = 0x1000;

    [Fact]
    public void OthersOutOfSight_WritesAreRefusedAfterTheTimeoutAndNotBefore()
    {
        var state = InPeace();
        Cut(state, "n2", "n3");
        Assert.Equal(("n1", "n1", false), (state.Current.Primary!.Name, state.Current.WritableNode!.Name, state.Current.IsWithoutMajority));
        Advance(state, 9.9, "n1");
        Assert.NotNull(state.Current.WritableNode);
        Advance(state, 0.2, "n1");
        Assert.Equal(("n1", null, true), (state.Current.Primary!.Name, state.Current.WritableNode, state.Current.IsWithoutMajority));
        Assert.Contains("since 2026-01-01 12:00:00Z this instance sees only 1 of 3 voters (n1)", state.Current.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void OneOfThemBack_OpensAtOnceAndTheNextLossBeginsAnew()
    {
        var state = InPeace();
        Cut(state, "n2", "n3");
        Advance(state, 11, "n1");
        Assert.Null(state.Current.WritableNode);
        Answer(state, "n3");
        Assert.Equal(("n1", false), (state.Current.WritableNode?.Name, state.Current.IsWithoutMajority));
        Cut(state, "n3");
        Advance(state, 9, "n1");
        Assert.NotNull(state.Current.WritableNode);
        Advance(state, 2, "n1");
        Assert.Null(state.Current.WritableNode);
    }

    [Fact]
    public void AnswerToAProbeThatWasGivenUp_KeepsThemInSight()
    {
        var state = InPeace();
        for (var i = 0; i < 30; i++)
        {
            Cut(state, "n2", "n3");
            _clock.Advance(TimeSpan.FromSeconds(1));
            state.HeardLate(state.Current["n2"]!.Node);
            Answer(state, "n1");
            Assert.NotNull(state.Current.WritableNode);
        }
    }

    [Fact]
    public void OneStandbyDown_NothingIsRefused()
    {
        var state = InPeace();
        Cut(state, "n3");
        Advance(state, 600, "n1", "n2");
        Assert.Equal(("n1", false), (state.Current.WritableNode?.Name, state.Current.IsWithoutMajority));
    }

    [Fact]
    public void Renew_NoProbeEnds_NoticesThatTimeHasPassed()
    {
        var state = InPeace();
        Cut(state, "n2", "n3");
        Assert.Equal(_options.Failover.WithoutMajority.Timeout, state.Current.MajorityLostIn);
        using var deadline = new MajorityDeadline(state, _clock, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Answer(state, "n1"); // the next one comes late
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(state.Current.IsWithoutMajority);
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.True(state.Current.IsWithoutMajority);
        Assert.Null(state.Current.MajorityLostIn);
    }

    [Theory]
    [InlineData(WithoutMajorityAccess.Allow, true)]
    [InlineData(WithoutMajorityAccess.Refuse, false)]
    public void Reads_KeepTheirProofOnlyWhereAllowed(WithoutMajorityAccess reads, bool areProven)
    {
        _options.Nodes.Add(new() { Name = "n4", Host = "d" });
        _options.Nodes.Add(new() { Name = "n5", Host = "e" });
        _options.Failover.WithoutMajority.Reads = reads;
        var state = InPeace();
        Cut(state, "n3", "n4", "n5");
        Advance(state, 11, "n1", "n2");
        Assert.True(state.Current.IsWithoutMajority);
        Assert.Equal(areProven, state.Current.PrimaryFreshAsOf != StalenessLedger.None);
        Assert.Equal(areProven, Assert.Single(state.Current.ReadTiers[0]).FreshAsOf != StalenessLedger.None); // a fallback to the freshest finds it either way
        Assert.Equal(!areProven, state.Current["n2"]!.Reason == "standby; nothing counts as proven of it while too few voters are in sight");
    }

    [Fact]
    public void WritesAllowed_IsSaidAndNothingIsRefused()
    {
        _options.Failover.WithoutMajority.Writes = WithoutMajorityAccess.Allow;
        var state = InPeace();
        Cut(state, "n2", "n3");
        Advance(state, 11, "n1");
        Assert.Equal(("n1", true), (state.Current.WritableNode?.Name, state.Current.IsWithoutMajority));
        Assert.Contains("it goes on all the same", state.Current.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_TooFewVotersFromTheBeginning_DoesNotWaitForTheTimeout()
    {
        var state = new ClusterState(_options, _clock);
        Answer(state, "n1");
        Fail(state, "n2");
        Fail(state, "n3");
        Assert.Equal(("n1", null, false), (state.Current.Primary?.Name, state.Current.WritableNode, state.Current.IsWithoutMajority)); // not sure yet
        Cut(state, "n2", "n3");
        Assert.Equal(("n1", null, true), (state.Current.Primary?.Name, state.Current.WritableNode, state.Current.IsWithoutMajority));
        Assert.Contains("since it started this instance sees only 1 of 3 voters", state.Current.Reason, StringComparison.Ordinal);
        Answer(state, "n2");
        Assert.Equal(("n1", false), (state.Current.WritableNode?.Name, state.Current.IsWithoutMajority));
    }

    [Fact]
    public void Unmanaged_NothingIsRefused()
    {
        var state = new ClusterState(_options, _clock);
        Apply(state, "n1", Given.Primary());
        Cut(state, "n2", "n3");
        _clock.Advance(TimeSpan.FromMinutes(1));
        Apply(state, "n1", Given.Primary());
        Assert.Equal(("n1", false, null), (state.Current.WritableNode?.Name, state.Current.IsWithoutMajority, state.Current.Term));
    }

    [Fact]
    public void Witness_BesideThePrimary_IsEnoughUntilItSpeaksForAnother()
    {
        _options.Nodes.RemoveAt(2);
        _options.Failover.Witnesses.Add(new() { Name = "w1", Host = "w" });
        var state = InPeace();
        Cut(state, "n2");
        var version = state.Current.Version;
        state.Apply(new WitnessObservation(0, _clock.GetTimestamp(), null, null));
        Assert.Equal(version, state.Current.Version); // nothing new
        Advance(state, 60, "n1");
        Assert.NotNull(state.Current.WritableNode);

        state.Apply(new WitnessObservation(0, _clock.GetTimestamp(), Register.Parse("2,i,accepted,2,n2,2,n2,w1"), null));
        Advance(state, 9, "n1");
        Assert.NotNull(state.Current.WritableNode);
        Advance(state, 2, "n1");
        Assert.Null(state.Current.WritableNode);
        Assert.Contains("w1 (it has accepted n2 as the primary of term 2)", state.Current.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Witness_SilentAndHeardAgain_CountsAsAnyVoter()
    {
        _options.Nodes.RemoveAt(2);
        _options.Failover.Witnesses.Add(new() { Name = "w1", Host = "w" });
        var state = InPeace();
        Cut(state, "n2");
        state.Apply(new WitnessObservation(0, _clock.GetTimestamp(), null, new ProbeFailure(ProbeFailureKind.Refused, "refused")));
        Advance(state, 11, "n1");
        Assert.Null(state.Current.WritableNode);
        state.HeardLate(0);
        Assert.NotNull(state.Current.WritableNode);
    }

    [Fact]
    public void NoPrimaryEither_SaysBoth()
    {
        var state = InPeace();
        Cut(state, "n1", "n2", "n3");
        _clock.Advance(TimeSpan.FromSeconds(11));
        state.Renew();
        Assert.Null(state.Current.Primary);
        Assert.Contains("sees only 0 of 3 voters, and", state.Current.Describe(), StringComparison.Ordinal);
    }

    private ClusterState InPeace()
    {
        var state = new ClusterState(_options, _clock);
        for (var i = 0; i < _options.Failover.Witnesses.Count; i++)
            state.Apply(new WitnessObservation(i, _clock.GetTimestamp(), null, null));
        for (var round = 0; round < 2; round++)
        {
            foreach (var node in _options.Nodes)
                Answer(state, node.Name!);
        }

        Assert.Equal(("n1", 1L), (state.Current.WritableNode?.Name, state.Current.Term));
        return state;
    }

    /// <summary>Time passes, and these nodes go on answering.</summary>
    private void Advance(ClusterState state, double seconds, params string[] nodes)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        foreach (var node in nodes)
            Answer(state, node);
    }

    private void Answer(ClusterState state, string node)
    {
        if (node == "n1")
            _lsn += 0x100;
        Apply(state, node, node == "n1" ? Given.Primary(_lsn, established: s_term) : Given.Standby(_lsn, established: s_term));
    }

    private void Apply(ClusterState state, string node, ServerState answer)
    {
        var now = _clock.GetTimestamp();
        state.Apply(NodeObservation.Answered(state.Current[node]!.Node, now, now + 1, answer));
    }

    /// <summary>As often as makes them unreachable.</summary>
    private void Cut(ClusterState state, params string[] nodes)
    {
        foreach (var node in nodes)
        {
            for (var i = 0; i < _options.Probing.TimeoutsUntilUnreachable; i++)
                Fail(state, node);
        }
    }

    private void Fail(ClusterState state, string node)
    {
        var now = _clock.GetTimestamp();
        state.Apply(NodeObservation.Failed(state.Current[node]!.Node, now, now + 1, new ProbeFailure(ProbeFailureKind.TimedOut, "no answer in time")));
    }
}
