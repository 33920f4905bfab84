using HaConnect.Histories;

namespace HaConnect.Tests.Histories;

/// <summary>Histories written by hand: each broken promise is found, and nothing is found where none is broken.</summary>
public sealed class HistoryJudgeTests
{
    /// <summary>
    /// Two accounts of 100; n1 acks once-0/1 and a transfer, is killed at 3 s, once-0/2 is unknown; n2 acks once-0/3 at 4.2 s and a read
    /// sees it. Instants are in milliseconds here.
    /// </summary>
    private static readonly string[] Good =
    [
        """{"type":"start","at":0,"wall":"2026-01-01T00:00:00Z","accounts":2,"opening_balance":100}""",
        """{"type":"invoke","at":1000,"client":"once-0","op":1,"do":"write"}""",
        """{"type":"ok","at":1010,"client":"once-0","op":1,"node":"n1","timeline":1,"term":1,"sent":1001,"attempts":1}""",
        """{"type":"invoke","at":1020,"client":"move-0","op":1,"do":"transfer","source":1,"target":2,"amount":7}""",
        """{"type":"ok","at":1030,"client":"move-0","op":1,"node":"n1","timeline":1,"term":1,"sent":1025,"attempts":1}""",
        """{"type":"invoke","at":2995,"client":"once-0","op":2,"do":"write"}""",
        """{"type":"fault","at":3000,"name":"kill","node":"n1"}""",
        """{"type":"unknown","at":3001,"client":"once-0","op":2,"why":"connection lost"}""",
        """{"type":"invoke","at":3010,"client":"once-0","op":3,"do":"write"}""",
        """{"type":"ok","at":4200,"client":"once-0","op":3,"node":"n2","timeline":2,"term":2,"sent":4190,"attempts":1}""",
        """{"type":"invoke","at":4300,"client":"read-0","op":1,"do":"read","bound_ms":1000}""",
        """{"type":"ok","at":4310,"client":"read-0","op":1,"node":"n3","seen":{"once-0":[3,2,1],"move-0":[1]},"limit":10,"sum":200}""",
        """{"type":"final","at":9000,"node":"n2","role":"primary","timeline":2,"rows":{"once-0":"1-3","move-0":"1"},"balances":{"1":93,"2":107}}""",
        """{"type":"final","at":9010,"node":"n3","role":"standby","timeline":2,"rows":{"once-0":"1-3","move-0":"1"},"balances":{"1":93,"2":107}}""",
    ];

    [Fact]
    public void Judge_NothingBroken_FindsNothingAndCounts()
    {
        var judgement = Judge(Good);

        Assert.Empty(judgement.Violations);
        Assert.Equal((3, 0, 1, 1, 1, 0, 0), (judgement.AckedWrites, judgement.FailedWrites.Count, judgement.UnknownWrites, judgement.UnknownButApplied, judgement.Reads, judgement.FailedReads.Count, judgement.SeenAndVanished));
        Assert.Equal([("n1", 1), ("n2", 2)], judgement.Primaries);
        Assert.Equal(TimeSpan.FromMilliseconds(3170), judgement.LongestGap);
        var fault = Assert.Single(judgement.Faults);
        Assert.Equal((TimeSpan.FromMilliseconds(1200), TimeSpan.FromMilliseconds(1200)), (fault.FirstAck, fault.LongestGap));
    }

    [Fact]
    public void Judge_AckedRowMissing_IsLost() =>
        AssertOnly(ViolationKind.LostWrite, "once-0/1 was acked by n1", Changed("\"once-0\":\"1-3\"", "\"once-0\":\"2-3\"", times: 2));

    [Fact]
    public void Judge_RowTwice_IsAppliedTwice() =>
        AssertOnly(ViolationKind.AppliedTwice, "n2 has the row once-0/3 more than once", Changed("\"role\":\"primary\",", "\"role\":\"primary\",\"twice\":[\"once-0/3\"],"));

    [Fact]
    public void Judge_RowInTheEndThatNobodyWrote_IsAPhantom() =>
        AssertOnly(ViolationKind.Phantom, "n2 has the row once-0/4", Changed("\"once-0\":\"1-3\"", "\"once-0\":\"1-4\"", times: 2));

    [Fact]
    public void Judge_RowSeenThatNobodyWrote_IsAPhantom() =>
        AssertOnly(ViolationKind.Phantom, "read-0/1 saw the row once-0/9", Changed("[3,2,1]", "[9,3,2,1]"));

    [Fact]
    public void Judge_FailedWriteThatIsThere_IsFailedButApplied()
    {
        var judgement = Judge(Changed("\"type\":\"unknown\"", "\"type\":\"fail\""));

        // In the end, and by the read.
        Assert.Equal([ViolationKind.FailedButApplied, ViolationKind.FailedButApplied], judgement.Violations.Select(v => v.Kind));
        Assert.Single(judgement.FailedWrites);
    }

    [Fact]
    public void Judge_SeenUnknownWriteThatVanished_IsCountedApart()
    {
        var judgement = Judge(Changed("\"once-0\":\"1-3\"", "\"once-0\":\"1,3\"", times: 2));

        Assert.Empty(judgement.Violations);
        Assert.Equal((1, 0), (judgement.SeenAndVanished, judgement.UnknownButApplied));
    }

    [Fact]
    public void Judge_FormerPrimaryAcksWhatWasSentAfterItsSuccessorHadAcked_IsTwoPrimaries() =>
        AssertOnly(ViolationKind.TwoPrimariesAck, "once-0/4 was sent to n1 on timeline 1 and acked, 0.100 s after n2 on timeline 2 had acked once-0/3",
            [.. Changed("\"once-0\":\"1-3\"", "\"once-0\":\"1-4\"", times: 2), .. Write(4, "n1", 1, sentAt: 4300, ackedAt: 4400)]);

    [Fact]
    public void Judge_AckOfAFormerPrimaryThatWasUnderWay_IsNoViolation() =>
        Assert.Empty(Judge([.. Changed("\"once-0\":\"1-3\"", "\"once-0\":\"1-4\"", times: 2), .. Write(4, "n1", 1, sentAt: 4195, ackedAt: 4400)]).Violations);

    [Fact]
    public void Judge_TwoNodesOfOneTimelineAckInTurn_IsTwoPrimaries() =>
        AssertOnly(ViolationKind.TwoPrimariesAck, "once-0/5 was sent to n2 on timeline 2",
            [.. Changed("\"once-0\":\"1-3\"", "\"once-0\":\"1-5\"", times: 2), .. Write(4, "n3", 2, sentAt: 4300, ackedAt: 4400), .. Write(5, "n2", 2, sentAt: 4500, ackedAt: 4600)]);

    [Fact]
    public void Judge_TwoNodesOfOneTerm_IsTwoPrimaries() =>
        AssertOnly(ViolationKind.TwoPrimariesAck, "in term 1 both n1 acked once-0/1 and n2 acked once-0/3", Changed("\"term\":2", "\"term\":1"));

    [Theory]
    [InlineData("[3,2,1]", "[2,1]", 4300)] // acked 0.1 s before: within the bound
    [InlineData("[3,2,1]", "[2,1]", 5200)] // exactly at the bound
    public void Judge_ReadWithinItsBound_IsNotStale(string seen, string instead, int at) =>
        Assert.Empty(Judge(ReadAt(at, Changed(seen, instead))).Violations);

    [Theory]
    [InlineData("[3,2,1]", "[2,1]", "once-0/3, acked 1.100 s before")]
    [InlineData("[3,2,1]", "[]", "once-0/1, acked 4.290 s before")]
    [InlineData("[3,2,1]", "[3,2]", "once-0/1, acked 4.290 s before")] // a hole
    [InlineData("\"move-0\":[1]", "\"move-0\":[]", "move-0/1, acked 4.270 s before")]
    public void Judge_ReadOlderThanItsBound_IsStale(string seen, string instead, string expected) =>
        AssertOnly(ViolationKind.StaleRead, expected, ReadAt(5300, Changed(seen, instead)));

    [Fact]
    public void Judge_ReadThatLookedAtTheNewestRowOnly_SaysNothingOfOlderOnes() =>
        Assert.Empty(Judge(ReadAt(5300, Changed("[3,2,1]", "[3]", "\"limit\":10", "\"limit\":1"))).Violations);

    [Fact]
    public void Judge_ReadThatDidNotLookAtAClient_SaysNothingOfIt() => Assert.Empty(Judge(ReadAt(5300, Changed(",\"move-0\":[1]", ""))).Violations);

    [Fact]
    public void Judge_LostRow_IsNotCountedAsStale() =>
        AssertOnly(ViolationKind.LostWrite, "once-0/3", ReadAt(5300, Changed("[3,2,1]", "[2,1]", "\"once-0\":\"1-3\"", "\"once-0\":\"1-2\"")));

    [Fact]
    public void Judge_SumSeenThatNoTransferMakes_IsABrokenBalance() =>
        AssertOnly(ViolationKind.BrokenBalance, "read-0/1 saw accounts with 193", Changed("\"sum\":200", "\"sum\":193"));

    [Theory]
    [InlineData("\"1\":93,\"2\":107", "\"1\":93,\"2\":100", "100 on account 2; its transfers make it 107")] // in part
    [InlineData("\"1\":93,\"2\":107", "\"1\":107,\"2\":93", "107 on account 1; its transfers make it 93")] // the sum alone would not show it
    [InlineData("\"1\":93,\"2\":107", "\"1\":93", "nothing on account 2")]
    public void Judge_BalancesThatTheTransfersDoNotMake_AreBroken(string balances, string instead, string expected)
    {
        var judgement = Judge(Changed(balances, instead, times: 2));

        Assert.All(judgement.Violations, v => Assert.Equal(ViolationKind.BrokenBalance, v.Kind));
        Assert.Contains(judgement.Violations, v => v.Sentence.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_StandbyWithOtherRows_Differs()
    {
        var lines = Good.ToArray();
        lines[^1] = lines[^1].Replace("1-3", "1-2", StringComparison.Ordinal);

        AssertOnly(ViolationKind.NodesDiffer, "n3 and n2 do not hold the same rows, for instance once-0/3", lines);
    }

    [Fact]
    public void Judge_NodeApart_MayHoldAnything()
    {
        var lines = Good.ToArray();
        lines[^1] = lines[^1].Replace("1-3", "1-2", StringComparison.Ordinal).Replace("standby", "apart", StringComparison.Ordinal);

        Assert.Empty(Judge(lines).Violations);
    }

    [Theory]
    [InlineData("start", "no workload began")]
    [InlineData("\"role\":\"primary\"", "0 primaries were read in the end")]
    [InlineData("\"type\":\"invoke\",\"at\":1000", "once-0/1 has an outcome, but was not invoked")]
    public void Judge_LineMissing_IsMalformed(string line, string expected) =>
        AssertOnly(ViolationKind.Malformed, expected, [.. Good.Where(l => !l.Contains(line, StringComparison.Ordinal))]);

    [Fact]
    public void Judge_Nothing_IsMalformed() =>
        Assert.All(Judge([]).Violations, v => Assert.Equal(ViolationKind.Malformed, v.Kind));

    [Fact]
    public void Judge_NothingAtAll_IsNoSuccess() => Assert.Equal(3, Judge([]).Violations.Count);

    [Theory]
    [InlineData(2, "once-0/1 has two outcomes")]
    [InlineData(1, "once-0/1 was invoked twice")]
    public void Judge_LineTwice_IsMalformed(int line, string expected) => AssertOnly(ViolationKind.Malformed, expected, [.. Good, Good[line]]);

    [Fact]
    public void Judge_AckWithoutTimeline_IsMalformed() =>
        AssertOnly(ViolationKind.Malformed, "once-0/1 succeeded, but its lines lack", Changed("\"timeline\":1,\"term\":1,\"sent\":1001", "\"term\":1,\"sent\":1001"));

    [Fact]
    public void Judge_FaultWithoutAckElsewhere_HasNoFirstAck() =>
        Assert.Null(Judge([.. Changed("\"node\":\"n2\",\"timeline\":2,\"term\":2", "\"node\":\"n1\",\"timeline\":1,\"term\":1")]).Faults[0].FirstAck);

    private static Judgement Judge(IEnumerable<string> lines) => HistoryJudge.Judge(lines.Select(line => InNanoseconds(HistoryFormat.Read(line))));

    private static HistoryEvent InNanoseconds(HistoryEvent happened) => happened is Acked ack
        ? ack with { At = ack.At * 1_000_000, Sent = ack.Sent * 1_000_000 }
        : happened with { At = happened.At * 1_000_000 };

    private static void AssertOnly(ViolationKind kind, string sentence, IEnumerable<string> lines)
    {
        var violation = Assert.Single(Judge(lines).Violations);
        Assert.Equal(kind, violation.Kind);
        Assert.Contains(sentence, violation.Sentence, StringComparison.Ordinal);
    }

    private static string[] Changed(string text, string instead, int times = 1)
    {
        Assert.Equal(times, Good.Count(line => line.Contains(text, StringComparison.Ordinal)));
        return [.. Good.Select(line => line.Replace(text, instead, StringComparison.Ordinal))];
    }

    private static string[] Changed(string text, string instead, string second, string insteadOfSecond) =>
        [.. Changed(text, instead).Select(line => line.Replace(second, insteadOfSecond, StringComparison.Ordinal))];

    private static string[] ReadAt(int at, string[] lines) =>
        [.. lines.Select(line => line.Replace("\"at\":4300", $"\"at\":{at}", StringComparison.Ordinal).Replace("\"at\":4310", $"\"at\":{at + 10}", StringComparison.Ordinal))];

    private static string[] Write(int op, string node, int timeline, int sentAt, int ackedAt) =>
    [
        $$"""{"type":"invoke","at":{{sentAt}},"client":"once-0","op":{{op}},"do":"write"}""",
        $$"""{"type":"ok","at":{{ackedAt}},"client":"once-0","op":{{op}},"node":"{{node}}","timeline":{{timeline}},"sent":{{sentAt}},"attempts":1}""",
    ];
}
