using HaConnect.Histories;

namespace HaConnect.Tests.Histories;

/// <summary>Histories of sessions written by hand: each broken promise is found, and nothing is found where none is broken. Instants are in milliseconds here.</summary>
public sealed class SessionJudgeTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    private static readonly string[] Good =
    [
        """{"do":"phase","at":0,"session":"phases","name":"normal"}""",
        """{"do":"phase","at":3000,"session":"phases","name":"failover"}""",
        """{"do":"tick","at":1000,"ended":1010,"session":"ticks","tick":1}""",
        """{"do":"tick","at":2000,"ended":2010,"session":"ticks","tick":2}""",
        """{"do":"tick","at":3000,"ended":3100,"session":"ticks","tick":3,"error":"lost"}""",
        """{"do":"tick","at":4000,"ended":4010,"session":"ticks","tick":4}""",
        """{"do":"write","at":1100,"ended":1110,"session":"causal-1","own":1}""",
        """{"do":"read","at":1200,"ended":1210,"session":"causal-1","node":"n2","standby":true,"tick":1,"own":1}""",
        """{"do":"write","at":2995,"ended":3010,"session":"causal-1","own":2,"error":"lost"}""",
        """{"do":"read","at":4500,"ended":4510,"session":"causal-1","node":"n3","standby":true,"tick":3,"own":1}""",
        """{"do":"read","at":4600,"ended":4610,"session":"causal-1","node":"n1","standby":false,"tick":2,"own":2}""",
        """{"do":"final","at":9000,"session":"phases","ticks":"1-2,4"}""",
    ];

    /// <summary>Tick 3 was seen before it was acked, and vanished; the write with the error was applied: neither breaks anything.</summary>
    [Fact]
    public void Judge_NothingBroken_FindsNothingAndCounts()
    {
        var judgement = Judge(Good);

        Assert.Empty(judgement.Problems);
        Assert.Empty(judgement.LostTicks);
        Assert.Empty(judgement.Examples);
        Assert.Equal(3, judgement.AckedTicks);
        Assert.Equal(
            [
                new SessionTally("causal", "normal") { Reads = 1, ByFreshStandby = 1, Failed = 1 },
                new SessionTally("causal", "failover") { Reads = 2, ByFreshStandby = 1, WorstStaleness = TimeSpan.FromMilliseconds(590) },
            ],
            judgement.Tallies);
        Assert.Equal((3, 2.0 / 3), (judgement.Of("causal").Reads, judgement.Of("causal").FreshStandbyShare));
    }

    [Fact]
    public void Judge_ReadMissesWhatWasAckedLongerThanTheBoundBefore_IsStale()
    {
        var judgement = Judge(Changed("\"at\":4500,\"ended\":4510,\"session\":\"causal-1\",\"node\":\"n3\",\"standby\":true,\"tick\":3", "\"at\":4500,\"ended\":4510,\"session\":\"causal-1\",\"node\":\"n3\",\"standby\":true,\"tick\":1"));

        var tally = judgement.Of("causal");
        Assert.Equal((1, 1, TimeSpan.FromMilliseconds(2490)), (tally.Stale, tally.ByFreshStandby, tally.WorstStaleness)); // what is stale is not fresh, whoever answered
        Assert.Equal("causal-1 at n3, invoked at 4500000000: did not see a tick that had been acked 2.490 s before", Assert.Single(judgement.Examples));
    }

    [Fact]
    public void Judge_ReadMissesExactlyTheBound_IsNotStale() =>
        Assert.Equal(0, Judge([.. Good[..^1], """{"do":"read","at":5010,"ended":5011,"session":"bounded-1","node":"n2","standby":true,"tick":2}""", Good[^1]]).Of("bounded").Stale);

    [Fact]
    public void Judge_ReadMissesAJustLongerAck_IsStale() =>
        Assert.Equal(1, Judge([.. Good[..^1], """{"do":"read","at":5011,"ended":5012,"session":"bounded-1","node":"n2","standby":true,"tick":2}""", Good[^1]]).Of("bounded").Stale);

    [Fact]
    public void Judge_SessionMissesItsOwnAckedWrite_IsCounted()
    {
        var judgement = Judge(Changed("\"tick\":1,\"own\":1}", "\"tick\":1}"));

        Assert.Equal(1, judgement.Of("causal").OwnWriteMissed);
        Assert.Equal("causal-1 at n2, invoked at 1200000000: saw its own 0, and 1 had been acked to it", Assert.Single(judgement.Examples));
    }

    [Fact]
    public void Judge_SessionSeesLessThanBefore_WentBack()
    {
        var judgement = Judge(Changed("\"standby\":false,\"tick\":2", "\"standby\":false,\"tick\":1"));

        Assert.Equal(1, judgement.Of("causal").WentBack);
        Assert.Contains("causal-1 at n1, invoked at 4600000000: saw tick 1 after 2", judgement.Examples);
    }

    /// <summary>A standby showed tick 4 at 4005, before its ack at 4010; the next read of the session begins before the ack, or after it.</summary>
    [Theory]
    [InlineData(4008, 0, 1)]
    [InlineData(4011, 1, 0)]
    public void Judge_SessionSeesLessThanAStandbyShowedEarly_DependsOnTheAck(long at, int wentBack, int beforeAck)
    {
        var tally = Judge([.. Good[..^1],
            """{"do":"read","at":4001,"ended":4006,"session":"early-1","node":"n2","standby":true,"tick":4}""",
            $$"""{"do":"read","at":{{at}},"ended":4020,"session":"early-1","node":"n1","standby":false,"tick":2}""", Good[^1]]).Of("early");
        Assert.Equal((wentBack, beforeAck), (tally.WentBack, tally.BackBeforeAck));
    }

    [Fact]
    public void Judge_AnotherSessionSeesLess_IsNoViolation() =>
        Assert.Equal(0, Judge([.. Good[..^1], """{"do":"read","at":4700,"ended":4710,"session":"causal-2","node":"n2","standby":true,"tick":2}""", Good[^1]]).Of("causal").WentBack);

    [Fact]
    public void Judge_AckedTickMissingInTheEnd_IsLost() => Assert.Equal([2L], Judge(Changed("1-2,4", "1,4")).LostTicks);

    [Theory]
    [InlineData("\"tick\":3,\"own\":1", "\"tick\":9,\"own\":1", "nobody had written")] // no such tick
    [InlineData("\"tick\":1,\"own\":1", "\"tick\":2,\"own\":1", "nobody had written")] // before it was sent
    [InlineData("\"tick\":1,\"own\":1", "\"tick\":1,\"own\":2", "nobody had written")] // of its own
    [InlineData("\"node\":\"n2\",", "", "lacks something")]
    [InlineData("\"at\":1200,", "\"at\":1105,", "two things at a time")]
    [InlineData("\"ended\":2010,\"session\":\"ticks\",\"tick\":2", "\"ended\":2010,\"session\":\"ticks\",\"tick\":3", "tick 3 comes after 1")]
    [InlineData("\"at\":3000,\"session\":\"phases\"", "\"at\":-1,\"session\":\"phases\"", "not in order")]
    [InlineData("\"do\":\"final\"", "\"do\":\"phase\"", "read 0 times in the end")]
    public void Judge_ContradictsItself_IsNotBelieved(string what, string instead, string problem) =>
        Assert.Contains(Judge(Changed(what, instead)).Problems, p => p.Contains(problem, StringComparison.Ordinal));

    private static string[] Changed(string what, string instead)
    {
        string[] changed = [.. Good.Select(l => l.Replace(what, instead, StringComparison.Ordinal))];
        Assert.NotEqual(Good, changed);
        return changed;
    }

    private static SessionJudgement Judge(IEnumerable<string> lines) =>
        SessionJudge.Judge(lines.Select(SessionRecorder.Read).Select(e => e with { At = e.At * 1_000_000, Ended = e.Ended * 1_000_000 }), Bound);
}
