using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Tests.Topology;

/// <summary>Each clause of the staleness rule (DESIGN.md, section 3) against the counterexample it is there for.</summary>
public sealed class StalenessLedgerTests
{
    private static readonly Node s_p = Given.Node(0, "p");
    private static readonly Node s_a = Given.Node(1, "a");
    private static readonly Node s_b = Given.Node(2, "b");
    private static readonly TermRow s_row = Given.Row(5, "p", 1, "a", "b");
    private readonly StalenessLedger _ledger = new();

    // ---- A sample is (time before the probe is sent, insert position). ----

    [Fact]
    public void CreditOf_ReplayedUpToASample_IsTheSamplesTime()
    {
        Unmanaged();
        Sample(100, 0x1000);
        Sample(200, 0x2000);
        Sample(300, 0x3000);
        Replays(s_a, 0x2000);
        Assert.Equal(200, Credit(s_a));
    }

    [Fact]
    public void CreditOf_OneByteBehindASample_IsTheOneBefore()
    {
        Unmanaged();
        Sample(100, 0x1000);
        Sample(200, 0x2000);
        Replays(s_a, 0x1FFF);
        Assert.Equal(100, Credit(s_a));
    }

    [Fact]
    public void CreditOf_BehindEverySample_IsNone()
    {
        Unmanaged();
        Sample(100, 0x1000);
        Replays(s_a, 0xFFF);
        Assert.Equal(StalenessLedger.None, Credit(s_a));
    }

    [Fact]
    public void CreditOf_IdleCluster_StaysFreshWithEachSample()
    {
        // now() - pg_last_xact_replay_timestamp() would say minutes.
        Unmanaged();
        Replays(s_a, 0x1000);
        for (var t = 100; t <= 1000; t += 100)
        {
            Sample(t, 0x1000);
            Assert.Equal(t, Credit(s_a));
        }
    }

    [Fact]
    public void CreditOf_DisconnectedStandbyThatReplayedAllItReceived_GrowsOld()
    {
        // Receive minus replay would say zero.
        Unmanaged();
        Sample(100, 0x1000);
        Replays(s_a, 0x1000);
        for (var t = 200; t <= 1000; t += 100)
        {
            Sample(t, 0x1000 + ((ulong)t * 16));
            Replays(s_a, 0x1000);
        }

        Assert.Equal(100, Credit(s_a));
    }

    [Fact]
    public void CreditOf_StandbyProbedBeforeTheSample_CountsForItTooWhenFarEnough()
    {
        Unmanaged();
        Replays(s_a, 0x9000);
        Sample(100, 0x1000);
        Assert.Equal(100, Credit(s_a));
    }

    [Fact]
    public void Observe_PrimaryBehindAPageHeader_CountsAsThePageStart()
    {
        // After a WAL switch the primary says 0/4000028 while an idle standby stays at 0/4000000.
        Unmanaged();
        Sample(100, 0x4000028);
        Replays(s_a, 0x4000000);
        Assert.Equal(100, Credit(s_a));
    }

    [Fact]
    public void Observe_AnswerThatLeftBeforeTheLastSample_AddsNothing()
    {
        Unmanaged();
        Sample(200, 0x2000);
        Sample(150, 0x1800);
        Replays(s_a, 0x1800);
        Assert.Equal(StalenessLedger.None, Credit(s_a));
    }

    [Fact]
    public void Observe_ManySamples_KeepsOldOnesAndNeverProvesTooMuch()
    {
        Unmanaged();
        for (var i = 1; i <= 5000; i++)
            Sample(i * 10, (ulong)i * 0x100);
        for (var i = 1; i <= 5000; i += 7)
        {
            var node = Given.Node(3 + i, $"s{i}");
            Replays(node, (ulong)i * 0x100);
            var credit = Credit(node);
            Assert.True(credit <= i * 10);
        }

        Replays(s_a, 4990 * 0x100);
        Assert.Equal(49900, Credit(s_a)); // the newest samples are all there
        Replays(s_b, 2500 * 0x100);
        Assert.NotEqual(StalenessLedger.None, Credit(s_b)); // the older ones are rarer
    }

    // ---- Only a standby of the same epoch is credited. ----

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(null)]
    public void CreditOf_StandbyOnAnotherTimeline_IsNone(int? timeline)
    {
        Unmanaged(timeline: 2);
        Sample(100, 0x1000);
        _ledger.Observe(Given.Facts(s_a).Answers(Given.Standby(0x9000, timeline)));
        Assert.Equal(StalenessLedger.None, Credit(s_a));
    }

    [Fact]
    public void CreditOf_StreamLostButTimelineRemembered_IsKept()
    {
        Unmanaged(timeline: 2);
        Sample(100, 0x1000);
        var standby = Given.Facts(s_a).Answers(Given.Standby(0x500, timeline: 2)).Answers(Given.Standby(0x1000, timeline: 1) with { HasReceiver = false });
        _ledger.Observe(standby);
        Assert.Equal(100, Credit(s_a));
    }

    [Fact]
    public void CreditOf_EqualTimelineButAnotherPrimarysRow_IsNone()
    {
        // Two nodes promoted from one parent have the same timeline number.
        Managed();
        Sample(100, 0x1000);
        Replays(s_a, 0x9000, term: Given.Row(5, "b", 1, "a"));
        Assert.Equal(StalenessLedger.None, Credit(s_a));
        Replays(s_a, 0x9000, term: Given.Row(6, "p", 1, "a"));
        Assert.Equal(StalenessLedger.None, Credit(s_a));
        Replays(s_a, 0x9000, term: s_row);
        Assert.Equal(100, Credit(s_a));
    }

    [Fact]
    public void CreditOf_ManagedStandbyWhoseTermsCannotBeSeen_IsNone()
    {
        Managed();
        Sample(100, 0x1000);
        _ledger.Observe(Given.Facts(s_a).Answers(Given.Standby(0x9000, established: s_row) with { SeesTerms = false }));
        Assert.Equal(StalenessLedger.None, Credit(s_a));
    }

    [Fact]
    public void Begin_OtherEpoch_DropsSamplesAndCredits()
    {
        Unmanaged(timeline: 1);
        Sample(100, 0x1000);
        Replays(s_a, 0x9000);
        _ledger.Begin(new Epoch(s_b, null, 2, Given.Started));
        Assert.Equal(StalenessLedger.None, Credit(s_a));
        Assert.Null(_ledger.NewestPosition);
        _ledger.Observe(Given.Facts(s_b).Answers(Given.Primary(0x1000, timeline: 2), sentAt: 200));
        Assert.Equal(StalenessLedger.None, Credit(s_a)); // what it showed before belonged to the other
    }

    [Fact]
    public void Begin_PrimaryCrashedAndRestarted_IsAnotherEpoch()
    {
        // It may come back without the asynchronous commits it had acked, at a position that is used again.
        Unmanaged();
        Sample(100, 0x1000);
        Replays(s_a, 0x1000);
        _ledger.Begin(new Epoch(s_p, null, 1, Given.Restarted));
        Assert.Equal(StalenessLedger.None, Credit(s_a));
    }

    [Fact]
    public void Begin_SameEpoch_KeepsAll()
    {
        Unmanaged();
        Sample(100, 0x1000);
        Replays(s_a, 0x1000);
        Unmanaged();
        Assert.Equal(100, Credit(s_a));
    }

    [Fact]
    public void Begin_NoPrimary_ProvesNothing()
    {
        Unmanaged();
        Sample(100, 0x1000);
        Replays(s_a, 0x1000);
        _ledger.Begin(null);
        Assert.Equal(StalenessLedger.None, Credit(s_a));
        Assert.Equal(StalenessLedger.None, Credit(s_p));
    }

    [Fact]
    public void Observe_SampleOfTheOldProcessOrAnotherNode_IsNone()
    {
        Unmanaged();
        _ledger.Observe(Given.Facts(s_p).Answers(Given.Primary(0x1000, started: Given.Restarted)));
        _ledger.Observe(Given.Facts(s_b).Answers(Given.Primary(0x1000)));
        Replays(s_a, 0x9000);
        Assert.Equal(StalenessLedger.None, Credit(s_a));
    }

    // ---- A credit belongs to one server process. ----

    [Fact]
    public void CreditOf_SameProcess_NeverFalls()
    {
        Unmanaged();
        Sample(100, 0x1000);
        Sample(200, 0x2000);
        Replays(s_a, 0x2000);
        Replays(s_a, 0x1000);
        Assert.Equal(200, Credit(s_a));
    }

    [Fact]
    public void CreditOf_RestartedStandby_IsWhatItHasReplayedSince()
    {
        // A crash-restarted standby accepted reads far behind what it had replayed before.
        Unmanaged();
        Sample(100, 0x1000);
        Sample(200, 0x2000);
        Replays(s_a, 0x2000);
        Replays(s_a, 0x1000, started: Given.Restarted);
        Assert.Equal(100, Credit(s_a));
    }

    [Fact]
    public void CreditOf_RestartedStandbyThatDoesNotShowTheTermYet_IsNone()
    {
        // It replays again from its last restartpoint, before the row of the term: nothing of what its process before had proven holds.
        Managed();
        Sample(100, 0x1000);
        Replays(s_a, 0x2000, term: s_row);
        Assert.Equal(100, Credit(s_a));
        Replays(s_a, 0x200, term: Given.Row(4, "b", 1, "p"), started: Given.Restarted);
        Assert.Equal(StalenessLedger.None, Credit(s_a));
    }

    [Fact]
    public void CreditOf_RestartedStandbyWhoseTimelineIsUnknown_IsNone()
    {
        Unmanaged(timeline: 2);
        Sample(100, 0x1000, timeline: 2);
        _ledger.Observe(Given.Facts(s_a).Answers(Given.Standby(0x2000, timeline: 2)));
        Assert.Equal(100, Credit(s_a));
        _ledger.Observe(Given.Facts(s_a).Answers(Given.Standby(0x200, timeline: 1, started: Given.Restarted)));
        Assert.Equal(StalenessLedger.None, Credit(s_a));
    }

    // ---- In a managed cluster with k ≥ 1 a sample counts only while no newer primary can have acked. ----

    [Fact]
    public void CreditOf_NoPromiseSeen_ProvesNothing()
    {
        Managed();
        Sample(100, 0x1000);
        _ledger.Observe(Given.Facts(s_a).Answers(Given.Standby(0x1000, established: s_row) with { SeesRegister = false }));
        Assert.Equal(StalenessLedger.None, Credit(s_a, required: true));
        Assert.Equal(StalenessLedger.None, Credit(s_p, required: true));
        Assert.Equal(100, Credit(s_a)); // who does not coordinate takes it relative to the primary it sees
        Assert.Equal(long.MaxValue, Credit(s_p));
    }

    /// <summary>An instance that was frozen while the first term and a failover came: what it saw before says nothing of now.</summary>
    [Fact]
    public void CreditOf_NoTermYet_CountsUpToThePrimarysLastAnswer()
    {
        Unmanaged();
        Sample(100, 0x1000);
        Replays(s_a, 0x1000);
        Assert.Equal((100, 100), (Credit(s_p, required: true), Credit(s_a, required: true)));
        Assert.Equal(long.MaxValue, Credit(s_p)); // who does not coordinate takes it relative to the primary it sees
        Sample(200, 0x1000);
        Assert.Equal((200, 200), (Credit(s_p, required: true), Credit(s_a, required: true)));
    }

    [Fact]
    public void CreditOf_PromiseProbeSentBeforeTheSample_DoesNotCoverIt()
    {
        Managed();
        Sample(100, 0x1000);
        Sample(200, 0x1000);
        Promises(s_a, 4, sentAt: 150);
        Assert.Equal(100, Credit(s_a, required: true));
        Assert.Equal(150, Credit(s_p, required: true));
        Promises(s_a, 4, sentAt: 200);
        Assert.Equal(200, Credit(s_a, required: true));
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void CreditOf_PromiseOfALaterTerm_DoesNotCount(long promised, bool counts)
    {
        Managed();
        Sample(100, 0x1000);
        Replays(s_a, 0x1000, term: s_row);
        _ledger.Begin(new Epoch(s_p, s_row, 1, Given.Started));
        var ledger = new StalenessLedger();
        ledger.Begin(new Epoch(s_p, s_row, 1, Given.Started));
        ledger.Observe(Given.Facts(s_p).Answers(Given.Primary(0x1000, established: s_row), 100));
        ledger.Observe(Given.Facts(s_a).Answers(WithPromise(Given.Standby(0x1000, established: s_row), promised), 150));
        Assert.Equal(counts ? 100 : StalenessLedger.None, ledger.CreditOf(s_a, requireNoLaterPromise: true));
    }

    [Fact]
    public void CreditOf_LaterPromise_LeavesWhatWasProvenBeforeIt()
    {
        Managed();
        Sample(100, 0x1000);
        Promises(s_a, 5, sentAt: 150);
        Promises(s_a, 6, sentAt: 250);
        Sample(300, 0x1000);
        Assert.Equal(100, Credit(s_a, required: true));
        Assert.Equal(150, Credit(s_p, required: true));
    }

    [Fact]
    public void CreditOf_TwoMustAck_NeedsBothWithoutALaterPromise()
    {
        var row = Given.Row(5, "p", 2, "a", "b", "c");
        Managed(row);
        Sample(100, 0x1000);
        Promises(s_a, 5, sentAt: 150, row);
        Assert.Equal(StalenessLedger.None, Credit(s_a, required: true));
        Promises(s_b, 5, sentAt: 120, row);
        Assert.Equal(100, Credit(s_a, required: true));
        Assert.Equal(120, Credit(s_p, required: true)); // the second newest
    }

    [Fact]
    public void CreditOf_NodeThatDoesNotAck_ProvesNothingByItsPromise()
    {
        var row = Given.Row(5, "p", 1, "a");
        Managed(row);
        Sample(100, 0x1000);
        Promises(s_b, 5, sentAt: 150, row);
        Assert.Equal(StalenessLedger.None, Credit(s_p, required: true));
    }

    [Fact]
    public void CreditOf_Asynchronous_AsksForNoPromise()
    {
        var row = Given.Row(5, "p", 0);
        Managed(row);
        Sample(100, 0x1000);
        Replays(s_a, 0x1000, term: row);
        Assert.Equal(100, Credit(s_a, required: true));
    }

    private void Unmanaged(int timeline = 1) => _ledger.Begin(new Epoch(s_p, null, timeline, Given.Started));

    private void Managed(TermRow? row = null) => _ledger.Begin(new Epoch(s_p, row ?? s_row, 1, Given.Started));

    private void Sample(long sentAt, ulong insert, int timeline = 1) => _ledger.Observe(Given.Facts(s_p).Answers(Given.Primary(insert, timeline), sentAt));

    private void Replays(Node node, ulong replay, TermRow? term = null, DateTime? started = null) =>
        _ledger.Observe(Given.Facts(node).Answers(Given.Standby(replay, established: term, started: started)));

    private void Promises(Node node, long term, long sentAt, TermRow? row = null) =>
        _ledger.Observe(Given.Facts(node).Answers(WithPromise(Given.Standby(0x9000, established: row ?? s_row), term), sentAt));

    private static ServerState WithPromise(ServerState state, long term) =>
        state with { Register = new HaConnect.Failover.Register(term, "i", HaConnect.Failover.RegisterPhase.Promised, HaConnect.Failover.Decision.None, HaConnect.Failover.Decision.None, "x") };

    private long Credit(Node node, bool required = false) => _ledger.CreditOf(node, required);
}
