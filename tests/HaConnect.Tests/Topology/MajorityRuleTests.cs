using HaConnect.Failover;
using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Topology;

public sealed class MajorityRuleTests
{
    private static readonly TermRow s_inForce = Given.Row(1, "n0", 0);

    [Theory]
    // Data nodes, then witnesses: + heard, - out of sight, ? in doubt, . not probed yet, o speaks for another primary. Then what is seen where enough were before, and where not.
    [InlineData("+++", "", nameof(MajorityKind.InSight), nameof(MajorityKind.InSight))]
    [InlineData("++-", "", nameof(MajorityKind.InSight), nameof(MajorityKind.InSight))]
    [InlineData("+--", "", nameof(MajorityKind.OutOfSight), nameof(MajorityKind.NeverInSight))]
    [InlineData("---", "", nameof(MajorityKind.OutOfSight), nameof(MajorityKind.NeverInSight))]
    [InlineData("+-?", "", nameof(MajorityKind.InSight), nameof(MajorityKind.NotSeenYet))]
    [InlineData("+??", "", nameof(MajorityKind.InSight), nameof(MajorityKind.NotSeenYet))]
    [InlineData("+..", "", nameof(MajorityKind.InSight), nameof(MajorityKind.NotSeenYet))]
    [InlineData("++.", "", nameof(MajorityKind.InSight), nameof(MajorityKind.InSight))]
    [InlineData("+-o", "", nameof(MajorityKind.OutOfSight), nameof(MajorityKind.NeverInSight))]
    [InlineData("+oo", "", nameof(MajorityKind.OutOfSight), nameof(MajorityKind.NeverInSight))]
    // Two data nodes and a witness.
    [InlineData("+-", "+", nameof(MajorityKind.InSight), nameof(MajorityKind.InSight))]
    [InlineData("++", "-", nameof(MajorityKind.InSight), nameof(MajorityKind.InSight))]
    [InlineData("+-", "-", nameof(MajorityKind.OutOfSight), nameof(MajorityKind.NeverInSight))]
    [InlineData("+-", "o", nameof(MajorityKind.OutOfSight), nameof(MajorityKind.NeverInSight))]
    [InlineData("+-", ".", nameof(MajorityKind.InSight), nameof(MajorityKind.NotSeenYet))]
    // Two, of which no other majority can be made; one; even numbers.
    [InlineData("+-", "", nameof(MajorityKind.InSight), nameof(MajorityKind.InSight))]
    [InlineData("--", "", nameof(MajorityKind.OutOfSight), nameof(MajorityKind.NeverInSight))]
    [InlineData("+", "", nameof(MajorityKind.InSight), nameof(MajorityKind.InSight))]
    [InlineData("-", "", nameof(MajorityKind.OutOfSight), nameof(MajorityKind.NeverInSight))]
    [InlineData("++--", "", nameof(MajorityKind.InSight), nameof(MajorityKind.InSight))]
    [InlineData("+--", "+", nameof(MajorityKind.InSight), nameof(MajorityKind.InSight))]
    [InlineData("+---", "", nameof(MajorityKind.OutOfSight), nameof(MajorityKind.NeverInSight))]
    [InlineData("++---", "", nameof(MajorityKind.OutOfSight), nameof(MajorityKind.NeverInSight))]
    [InlineData("+++--", "", nameof(MajorityKind.InSight), nameof(MajorityKind.InSight))]
    public void Judge_VotersInSight_AreEnoughWhereTheOthersCouldElectNobody(string nodes, string witnesses, string before, string sinceStart)
    {
        Assert.Equal(before, Judge(nodes, witnesses, wasInSight: true).Kind.ToString());
        Assert.Equal(sinceStart, Judge(nodes, witnesses, wasInSight: false).Kind.ToString());
    }

    /// <summary>The rule by its reason: whatever majority might have promised without being seen, all sizes and all sights.</summary>
    [Fact]
    public void Judge_EverySight_IsLostExactlyWhereAMajorityIsOutOfIt()
    {
        for (var voters = 1; voters <= 7; voters++)
        {
            for (var sight = 0; sight < 1 << voters; sight++)
            {
                var text = string.Concat(Enumerable.Range(0, voters).Select(i => (sight >> i & 1) == 1 ? '+' : '-'));
                var canBeElected = text.Count(c => c == '-') > voters / 2;
                Assert.Equal(canBeElected, Judge(text, "", wasInSight: true).Kind == MajorityKind.OutOfSight);
                Assert.Equal(canBeElected, Judge(text[..1], text[1..], wasInSight: false).Kind == MajorityKind.NeverInSight);
            }
        }
    }

    [Fact]
    public void Judge_DiscoveredStandbys_DoNotVote()
    {
        NodeFacts[] facts = [Node(0, '+'), Node(1, '-'), Node(2, '-'), Given.Facts(Given.Node(3, isConfigured: false)).Answers(Given.Standby())];
        Assert.Equal(MajorityKind.OutOfSight, MajorityRule.Judge(facts, [], Given.SystemId, s_inForce, 3, wasInSight: true).Kind);
    }

    [Fact]
    public void Judge_NodesOfAnotherCluster_AreNoVotersInSight()
    {
        var foreign = Given.Facts(Given.Node(2)).Answers(Given.Standby(systemId: 9), sentAt: 500).Answers(Given.Standby(systemId: 9), sentAt: 600);
        var view = MajorityRule.Judge([Node(0, '+'), Node(1, '-'), foreign], [], Given.SystemId, s_inForce, 3, wasInSight: true);
        Assert.Equal((MajorityKind.OutOfSight, 500L), (view.Kind, view.Since));
        Assert.Equal("n1 (it failed), n2 (it belongs to another cluster)", view.Missing);
    }

    [Fact]
    public void Judge_UnmanagedCluster_SaysNothing() => Assert.Equal(MajorityKind.NotSeenYet, MajorityRule.Judge([Node(0, '+'), Node(1, '-'), Node(2, '-')], [], Given.SystemId, null, 3, wasInSight: false).Kind);

    [Fact]
    public void Judge_OutOfSightOneAfterTheOther_CountsFromTheOneThatMadeThemAMajority()
    {
        NodeFacts[] facts = [Node(0, '+'), Node(1, '-', 400), Node(2, '-', 300), Node(3, '-', 900), Node(4, '-', 200)];
        var view = MajorityRule.Judge(facts, [], Given.SystemId, s_inForce, 3, wasInSight: true);
        Assert.Equal((400L, "1 of 5 voters (n0)", "n1 (it failed), n2 (it failed), n3 (it failed), n4 (it failed)"), (view.Since, view.Seen, view.Missing));
    }

    [Theory]
    // The kind of view, and how long ago; the options for writes and reads. Then: lost, writes and reads refused, when it will be lost.
    [InlineData(nameof(MajorityKind.InSight), 60, "Refuse Refuse", false, false, false, null)]
    [InlineData(nameof(MajorityKind.NotSeenYet), 0, "Refuse Allow", false, true, false, null)]
    [InlineData(nameof(MajorityKind.NotSeenYet), 0, "Allow Refuse", false, false, true, null)]
    [InlineData(nameof(MajorityKind.OutOfSight), 9.999, "Refuse Refuse", false, false, false, 0.001)]
    [InlineData(nameof(MajorityKind.OutOfSight), 10, "Refuse Allow", true, true, false, null)]
    [InlineData(nameof(MajorityKind.OutOfSight), 10, "Refuse Refuse", true, true, true, null)]
    [InlineData(nameof(MajorityKind.OutOfSight), 10, "Allow Allow", true, false, false, null)]
    [InlineData(nameof(MajorityKind.NeverInSight), 0, "Refuse Allow", true, true, false, null)]
    public void Decide_View_FollowsTheOptionsOnceItHasLastedLongEnough(string kind, double secondsAgo, string options, bool isLost, bool refusesWrites, bool refusesReads, double? lostIn)
    {
        var decision = Decide(Enum.Parse<MajorityKind>(kind), secondsAgo, options);
        Assert.Equal((isLost, refusesWrites, refusesReads, lostIn), (decision.IsLost, decision.RefusesWrites, decision.RefusesReads, decision.LostIn?.TotalSeconds));
        Assert.Equal(isLost || refusesWrites || refusesReads, decision.Reason is not null);
    }

    [Theory]
    [InlineData(nameof(MajorityKind.OutOfSight), "Refuse Allow",
        "since 2026-01-01 11:59:48Z this instance sees only 1 of 3 voters (n0), and those it does not see could have elected another primary: n1 (no answer in time), n2 (refused); new writes are refused until more of them are in sight (Failover.WithoutMajority)")]
    [InlineData(nameof(MajorityKind.NeverInSight), "Refuse Refuse",
        "since it started this instance sees only 1 of 3 voters (n0), and those it does not see could have elected another primary: n1 (no answer in time), n2 (refused); new writes and reads are refused until more of them are in sight (Failover.WithoutMajority)")]
    [InlineData(nameof(MajorityKind.OutOfSight), "Allow Allow",
        "since 2026-01-01 11:59:48Z this instance sees only 1 of 3 voters (n0), and those it does not see could have elected another primary: n1 (no answer in time), n2 (refused); it goes on all the same (Failover.WithoutMajority)")]
    [InlineData(nameof(MajorityKind.NotSeenYet), "Refuse Allow", "not enough voters were heard since this instance started to know that nobody else was elected: new writes are refused until then")]
    public void Decide_Reason_SaysWhatIsSeenSinceWhenAndWhatFollows(string kind, string options, string reason) =>
        Assert.Equal(reason, Decide(Enum.Parse<MajorityKind>(kind), 12, options).Reason);

    private static MajorityDecision Decide(MajorityKind kind, double secondsAgo, string options)
    {
        var access = options.Split(' ').Select(Enum.Parse<WithoutMajorityAccess>).ToList();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
        var view = new MajorityView(kind, clock.GetTimestamp() - TimeSpan.FromSeconds(secondsAgo).Ticks, "1 of 3 voters (n0)", "n1 (no answer in time), n2 (refused)");
        return MajorityRule.Decide(view, new WithoutMajorityOptions { Writes = access[0], Reads = access[1] }, clock, clock.GetTimestamp());
    }

    private static MajorityView Judge(string nodes, string witnesses, bool wasInSight) =>
        MajorityRule.Judge([.. nodes.Select((sight, i) => Node(i, sight))], [.. witnesses.Select((sight, i) => Witness(i, sight))], Given.SystemId, s_inForce, 3, wasInSight);

    private static NodeFacts Node(int index, char sight, long since = 100)
    {
        var facts = Given.Facts(Given.Node(index));
        return sight switch
        {
            '.' => facts,
            '+' => facts.Answers(index == 0 ? Given.Primary() : Given.Standby()),
            'o' => facts.Answers(Given.Standby() with { Register = new Register(2, "i", RegisterPhase.Accepted, new Decision(2, "n9"), new Decision(2, "n9"), $"n{index}") }),
            '?' => facts.Fails(ProbeFailureKind.TimedOut),
            _ => facts.After(NodeObservation.Failed(facts.Node, since, since + 1, new ProbeFailure(ProbeFailureKind.Refused, "it failed")), Given.Clock),
        };
    }

    private static VoterSight Witness(int index, char sight)
    {
        var witness = new VoterSight($"w{index}");
        return sight switch
        {
            '.' => witness,
            '+' => witness.Heard(),
            'o' => witness.Heard(new Register(2, "i", RegisterPhase.Established, new Decision(2, "n9"), new Decision(2, "n9"), witness.Name), 100),
            _ => witness.Missed(new ProbeFailure(ProbeFailureKind.Refused, "it failed"), 100),
        };
    }
}
