using HaConnect.Failover.Detection;
using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Tests.Failover.Detection;

/// <summary>Scenarios as data: what each node shows, and the verdict.</summary>
public sealed class LossDetectorTests
{
    private static readonly string[] s_names = ["p", "a", "b", "c", "d"];
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);
    private static readonly TermRow s_row = Given.Row(3, "p", 1, "a", "b");

    [Theory]
    // p, a, b, …: P runs as primary; R refuses; T timed out once, TTT three times; S starting up; O overloaded; X misconfigured; . not probed
    // H standby that hears its upstream; M standby that hears nothing; N standby without receiver; U standby whose receiver cannot be seen;
    // F standby that hears another node than the primary; W promoted
    [InlineData("P H H", "Healthy", "p answers")]
    [InlineData("P R R", "Healthy", "p answers")]
    [InlineData(". H H", "Unknown", "not been probed")]
    [InlineData("T H H", "Suspect", "p: ")]
    [InlineData("T M M", "Suspect", "p: ")]
    [InlineData("S M M", "Suspect", "p: ")]
    [InlineData("O M M", "Suspect", "p: ")]
    [InlineData("R M M", "Lost", "a and b hear nothing of it")]
    [InlineData("R N N", "Lost", "a and b hear nothing of it")]
    [InlineData("R M R", "Lost", "a hear nothing of it")]
    [InlineData("TTT M N", "Lost", "p is lost")]
    [InlineData("R H M", "UnreachableFromHere", "a still hears it")]
    [InlineData("TTT M H", "UnreachableFromHere", "b still hears it")]
    [InlineData("R U M", "Unknown", "grant the control user pg_monitor")]
    [InlineData("R R R", "Unknown", "this instance may be cut off itself")]
    [InlineData("TTT TTT TTT", "Unknown", "this instance may be cut off itself")]
    [InlineData("R T M", "Lost", "b hear nothing of it")]
    [InlineData("X M M", "Unknown", "does not let this instance in")]
    [InlineData("N M M", "Lost", "it has become a standby")]
    [InlineData("R M", "Lost", "a hear nothing of it")]
    [InlineData("R R", "Unknown", "cut off itself")]
    [InlineData("R M M R R", "Lost", "a and b")]
    [InlineData("R M R R R", "Unknown", "cut off itself")]
    [InlineData("R W F", "Lost", "a and b hear nothing of it")]
    [InlineData("R M F", "Lost", "a and b hear nothing of it")]
    [InlineData("R W H", "UnreachableFromHere", "b still hears it")]
    public void Judge_Scenario_GivesTheVerdict(string scenario, string verdict, string reason)
    {
        var judged = LossDetector.Judge(Parse(scenario, s_row), 3, s_grace);
        Assert.Equal((verdict, "p"), (judged.Kind.ToString(), judged.Primary));
        Assert.Contains(reason, judged.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("P H H", "Healthy", "p")]
    [InlineData("P W H", "Unknown", null)] // two out of recovery and no term: nobody can say which is lost
    [InlineData("R M M", "Lost", "p")] // it was seen as primary before
    public void Judge_Unmanaged_GoesByTheOnlyNodeOutOfRecovery(string scenario, string verdict, string? primary)
    {
        var judged = LossDetector.Judge(Parse(scenario, null), 3, s_grace);
        Assert.Equal((verdict, primary), (judged.Kind.ToString(), judged.Primary));
    }

    [Fact]
    public void Judge_NewerTermSeenOnAStandby_IsAboutItsPrimary()
    {
        var facts = Parse("P H H", s_row);
        facts[2] = Given.Facts(facts[2].Node).Answers(Given.Standby(established: Given.Row(4, "a", 1, "b")));
        Assert.Equal("a", LossDetector.Judge(facts, 3, s_grace).Primary);
    }

    [Fact]
    public void Judge_TermOfANodeThatIsNotConfigured_IsUnknown()
    {
        var facts = Parse("P H H", Given.Row(3, "zz", 1, "a"));
        Assert.Equal(VerdictKind.Unknown, LossDetector.Judge(facts, 3, s_grace).Kind);
    }

    [Fact]
    public void Judge_DiscoveredNodes_HaveNoSay()
    {
        var facts = Parse("R M M", s_row);
        facts.Add(Given.Facts(Given.Node(3, "extra", isConfigured: false)).Answers(Given.Standby(established: s_row)));
        Assert.Equal(VerdictKind.Lost, LossDetector.Judge(facts, 3, s_grace).Kind);
    }

    [Theory]
    [InlineData("P H H", "", 3)]
    [InlineData("P H H", "a", 2)]
    [InlineData("P H R", "a b", 1)]
    [InlineData("R H H", "", 2)]
    [InlineData(". . .", "", 0)]
    public void Judge_CoordinatorLocksSeen_CountsFreeVoters(string scenario, string locked, int free)
    {
        var facts = Parse(scenario, s_row).ConvertAll(f => f.LastState is { } state && f.Failure is null && locked.Split(' ').Contains(f.Node.Name)
            ? f.Answers(state with { CoordinatorLockHeld = true })
            : f);
        Assert.Equal(free, LossDetector.Judge(facts, 3, s_grace).FreeVoters);
    }

    [Fact]
    public void Judge_LostPrimary_RemembersItsLastPosition() => Assert.Equal(0x1000UL, LossDetector.Judge(Parse("R M M", s_row), 3, s_grace).LastPosition);

    [Theory]
    // What the primary says, each for so many seconds after the first: S starting up, T no answer, R refused.
    [InlineData("S0", "Suspect")]
    [InlineData("S0 S29", "Suspect")]
    [InlineData("S0 S30", "Lost")]
    [InlineData("S0 T10 S30", "Lost")] // time-outs do not begin the wait anew
    [InlineData("S0 P20 S30", "Suspect")] // an answer does
    [InlineData("S0 R20 S30", "Suspect")] // so does a server that was away: it is another start
    [InlineData("S0 S29 R30", "Lost")]
    [InlineData("O0 O99", "Suspect")] // a server that is busy is there
    public void Judge_PrimaryThatIsNotReady_IsWaitedForNoLongerThanTheGrace(string says, string verdict)
    {
        var facts = Parse("P M M", s_row);
        foreach (var (what, at) in says.Split(' ').Select(w => (w[0], TimeSpan.FromSeconds(int.Parse(w[1..], System.Globalization.CultureInfo.InvariantCulture)).Ticks)))
        {
            facts[0] = what == 'P' ? facts[0].Answers(Given.Primary(established: s_row), at, at) : facts[0].After(NodeObservation.Failed(facts[0].Node, at, at, new ProbeFailure(what switch
            {
                'S' => ProbeFailureKind.NotReady,
                'T' => ProbeFailureKind.TimedOut,
                'O' => ProbeFailureKind.Overloaded,
                _ => ProbeFailureKind.Refused,
            }, "it failed")), Given.Clock);
        }

        Assert.Equal(verdict, LossDetector.Judge(facts, 3, s_grace).Kind.ToString());
    }

    [Fact]
    public void Judge_NoGrace_WaitsForNobodyThatIsStarting()
    {
        Assert.Equal(VerdictKind.Lost, LossDetector.Judge(Parse("S M M", s_row), 3, TimeSpan.Zero).Kind);
        Assert.Equal(VerdictKind.Lost, LossDetector.Judge(Parse("R R0 R0", s_row), 3, TimeSpan.Zero).Kind);
    }

    [Theory]
    // Rn: a standby whose server was started n seconds before its last answer and has received nothing since; see above for the others.
    [InlineData("R R0 R5", "Suspect", "a and b started just now")]
    [InlineData("TTT R0 R5", "Suspect", "a and b started just now")]
    [InlineData("R R0 R", "Suspect", "a started just now")]
    [InlineData("R R0 R30", "Lost", "a and b hear nothing of it")] // one is up for so long that the primary should be, too
    [InlineData("R R0 N", "Lost", "a and b hear nothing of it")] // one was never restarted
    [InlineData("R R0 H", "UnreachableFromHere", "b still hears it")]
    [InlineData("R R0 W", "Lost", "a and b hear nothing of it")] // one was promoted already: the work must be finished
    [InlineData("P R0 R0", "Healthy", "p answers")]
    [InlineData("S R30 R30", "Suspect", "p: it failed")]
    public void Judge_StandbysThatHaveJustStarted_SayNothingOfThePrimary(string scenario, string verdict, string reason)
    {
        var judged = LossDetector.Judge(Parse(scenario, s_row), 3, s_grace);
        Assert.Equal((verdict, "p"), (judged.Kind.ToString(), judged.Primary));
        Assert.Contains(reason, judged.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_StandbyThatStreamedSinceItsStart_IsBelieved()
    {
        // Restarted, streamed for a second, and then the primary died.
        var facts = Parse("R R0 R0", s_row);
        var silent = facts[1].LastState!;
        facts[1] = facts[1].Answers(silent with { HasReceiver = true, ReceiverStatus = "streaming" }).Answers(silent);
        Assert.Equal(VerdictKind.Lost, LossDetector.Judge(facts, 3, s_grace).Kind);

        // The same seen by an instance that was not there: the received position is no longer at the start of a segment.
        facts = Parse("R R0 R0", s_row);
        facts[1] = Given.Facts(facts[1].Node).Answers(silent with { ReceiveLsn = 0x3000060 });
        Assert.Equal(VerdictKind.Lost, LossDetector.Judge(facts, 3, s_grace).Kind);
    }

    private static List<NodeFacts> Parse(string scenario, TermRow? row) => [.. scenario.Split(' ').Select((shows, i) =>
    {
        var node = Given.Node(i, s_names[i]);
        var before = Given.Facts(node).Answers(i == 0 ? Given.Primary(established: row) : Given.Standby(established: row) with { Upstream = "host0:5432" });
        var standby = Given.Standby(established: row) with { Upstream = "host0:5432" };
        return shows switch
        {
            "." => Given.Facts(node),
            "P" or "W" => before.Answers(Given.Primary(established: row)),
            "R" => before.Fails(ProbeFailureKind.Refused),
            "T" => before.Fails(ProbeFailureKind.TimedOut),
            "TTT" => before.Fails(ProbeFailureKind.TimedOut, 3),
            "S" => before.Fails(ProbeFailureKind.NotReady, 9),
            "O" => before.Fails(ProbeFailureKind.Overloaded, 9),
            "X" => before.Fails(ProbeFailureKind.Misconfigured),
            _ when shows is ['R', .. var seconds] => Restarted(before, standby, TimeSpan.FromSeconds(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture))),
            "H" => before.Answers(standby),
            "F" => before.Answers(standby with { Upstream = "host1:5432" }),
            "M" => before.Answers(standby with { LastMessageAge = TimeSpan.FromSeconds(9) }),
            "N" => before.Answers(standby with { HasReceiver = false, ReceiverStatus = null, Upstream = null }),
            "U" => before.Answers(standby with { ReceiverStatus = null, LastMessageAge = null, Upstream = null }),
            _ => throw new ArgumentException(shows, nameof(scenario)),
        };
    })];

    private static NodeFacts Restarted(NodeFacts before, ServerState standby, TimeSpan ago)
    {
        var state = standby with { StartTime = Given.Restarted, HasReceiver = false, ReceiverStatus = null, Upstream = null, LastMessageAge = null, ReceiveLsn = 0x3000000 };
        return before.Answers(state, 100, 100).Answers(state, 100 + ago.Ticks, 100 + ago.Ticks);
    }
}
