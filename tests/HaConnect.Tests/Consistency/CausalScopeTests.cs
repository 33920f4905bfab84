using HaConnect.Connections;
using HaConnect.Consistency;
using HaConnect.Diagnostics;
using HaConnect.Routing;
using HaConnect.Topology;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace HaConnect.Tests.Consistency;

/// <summary>What a scope asks of its next read after what was read and written in it.</summary>
public sealed class CausalScopeTests : IDisposable
{
    private static readonly ServerProcess A = new(Given.Node(1, "a"), Given.Started);
    private static readonly ServerProcess B = new(Given.Node(2, "b"), Given.Started);

    private readonly FakeTimeProvider _time = new();
    private readonly HaMetrics _metrics;
    private readonly Causality _causality;
    private readonly TokenTaker _taker;

    public CausalScopeTests()
    {
        var options = new HaDatabaseOptions { ConnectionString = "Host=a,b;Username=u" };
        var state = new ClusterState(options, _time);
        _metrics = new HaMetrics("test", () => state.Current);
        var opener = new ConnectionOpener(state, new NodePools(_ => throw new InvalidOperationException("Nothing is opened here.")), options, _time, _metrics, ReadPicker.LeastInUse, NullLogger.Instance, new TaskCompletionSource().Task);
        _causality = new Causality(state, opener, new TermHistories(_ => throw new InvalidOperationException("Nobody is asked here.")), options, _time);
        _taker = new TokenTaker(state);
        _time.Advance(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Seen_NothingWasDone_AsksForNothing()
    {
        using var scope = _causality.Begin(null, null);
        Assert.Equal((0, null, null), scope.Seen());
        Assert.Null(scope.Token);
    }

    [Fact]
    public void HasUntoldWrite_OnlyRead_IsFalse()
    {
        using var scope = _causality.Begin(null, null);
        Read(scope, A);
        Assert.False(scope.HasUntoldWrite);
    }

    [Fact]
    public void HasUntoldWrite_WorkWhoseEndIsNotKnown_IsTrueUntilATokenCoversIt()
    {
        using var outer = _causality.Begin(null, null);
        using (var scope = _causality.Begin(null, null))
        {
            _causality.WroteUnknown(scope, null);
            Assert.True(scope.HasUntoldWrite);
        }

        Assert.True(outer.HasUntoldWrite);
        outer.Covered(Now, null);
        Assert.False(outer.HasUntoldWrite);
    }

    /// <summary>A mapper's write whose position could not be asked for: a token must not leave it out silently.</summary>
    [Fact]
    public async Task HasUntoldWrite_ToldOfAWriteWithoutAPosition_IsTrue()
    {
        Assert.False(Told(s => s.HasRead()));
        Assert.True(Told(s => s.HasWritten()));
        Assert.True(Told(s => s.MayHaveWritten()));
        using var last = _causality.Begin(null, null);
        await using var lost = new NpgsqlConnection();
        await NewSession(last, lost).HasWrittenAsync();
        Assert.True(last.HasUntoldWrite);

        bool Told(Action<ToldSession> tell)
        {
            using var scope = _causality.Begin(null, null);
            using var connection = new NpgsqlConnection();
            tell(NewSession(scope, connection));
            Assert.Equal(Now, scope.Seen().Until);
            return scope.HasUntoldWrite;
        }
    }

    [Fact]
    public void Refused_InAScopeWithinIt_IsKnownToTheScopeAround()
    {
        var token = new CausalToken(1, 2, 3, 4);
        using var outer = _causality.Begin(null, null);
        using (var scope = _causality.Begin(null, null))
        {
            scope.Refuse(token);
            Assert.Null(outer.Refused);
        }

        Assert.Equal(token, outer.Refused);
    }

    [Fact]
    public void Seen_OneReadAfterTheOther_IsUntilTheLastEndAtTheLastServer()
    {
        using var scope = _causality.Begin(null, null);
        Read(scope, A);
        Assert.Equal((Now, A, null), scope.Seen());
        var first = scope.Seen().Until;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((first, A, null), scope.Seen());
        Read(scope, B, first); // routed where nothing was missing that A had shown
        Assert.Equal((Now, B, null), scope.Seen());
    }

    [Fact]
    public void Seen_WhileAReadIsOpen_IsUntilNow()
    {
        using var scope = _causality.Begin(null, null);
        scope.Opened(A, 0);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((Now, A, null), scope.Seen());
    }

    [Fact]
    public void Seen_ReadsAtTwoServersAtOnce_NeitherIsEnough()
    {
        using var scope = _causality.Begin(null, null);
        scope.Opened(A, 0);
        scope.Opened(B, 0);
        Assert.Equal((Now, null, null), scope.Seen());
        scope.Closed(A);
        scope.Closed(B);
        Assert.Equal((Now, null, null), scope.Seen());
    }

    [Fact]
    public void Seen_ReadRoutedBeforeAnotherEnded_IsNotEnoughByItself()
    {
        using var scope = _causality.Begin(null, null);
        Read(scope, A);
        Read(scope, B, routedAfter: 0);
        Assert.Null(scope.Seen().At);
        Read(scope, A, scope.Seen().Until);
        Assert.Equal(A, scope.Seen().At);
    }

    /// <summary>What was done in it may have been lost with the reign in which the first of it was done.</summary>
    [Fact]
    public void HasSeen_InTwoReigns_RemembersTheFirstUntilATokenCoversIt()
    {
        using var scope = _causality.Begin(null, null);
        scope.HasSeen(Now, A, Token(1, ulong.MaxValue));
        scope.HasSeen(Now, A, Token(2, ulong.MaxValue));
        Assert.Equal(Token(1, ulong.MaxValue), scope.Seen().In);
        scope.Covered(Now, A);
        scope.HasSeen(Now, A, Token(2, ulong.MaxValue));
        Assert.Equal(Token(2, ulong.MaxValue), scope.Seen().In);
    }

    /// <summary>A scope within it has read elsewhere while a connection of its own is open.</summary>
    [Fact]
    public void HasSeen_WhileAnotherIsRead_NeitherIsEnough()
    {
        using var scope = _causality.Begin(null, null);
        scope.Opened(A, 0);
        scope.HasSeen(Now, B, reign: null);
        Assert.Null(scope.Seen().At);
        scope.Closed(A);
        Assert.Null(scope.Seen().At);
    }

    [Fact]
    public void Token_OfAConfirmedPrimary_IsTheFurthestOfItsTimeline()
    {
        using var scope = _causality.Begin(Token(1, 500), null);
        scope.Observe(Token(2, 400));
        Assert.Equal(Token(2, 500), scope.Token);
    }

    [Fact]
    public void Covered_ByATokenTakenBehindIt_AsksForNothingMore()
    {
        using var scope = _causality.Begin(null, null);
        Read(scope, A);
        scope.Covered(Now - 1, A);
        Assert.Equal(A, scope.Seen().At);
        scope.Covered(Now, A);
        Assert.Equal((0, null, null), scope.Seen());
    }

    [Fact]
    public void Observe_TokensOfOneTermAndTimeline_KeepsTheFurthest()
    {
        using var scope = _causality.Begin(Token(1, 100), null);
        scope.Observe(Token(1, 90));
        scope.Observe(Token(1, 110));
        scope.Observe(Token(2, 50));
        Assert.Equal([Token(1, 110), Token(2, 50)], scope.Tokens());
        Assert.Throws<ArgumentNullException>(() => scope.Observe(null!));
    }

    [Fact]
    public void Begin_InAnother_KnowsWhatWasDoneThere()
    {
        using var outer = _causality.Begin(Token(1, 100), null);
        Read(outer, A);
        using var inner = _causality.Begin(Token(2, 50), null);
        Assert.Equal([Token(1, 100), Token(2, 50)], inner.Tokens());
        Assert.Equal(outer.Seen(), inner.Seen());
    }

    [Fact]
    public void Dispose_Inner_TheOuterOneKnowsWhatWasDone()
    {
        using var outer = _causality.Begin(Token(1, 100), null);
        var inner = _causality.Begin(Token(1, 200), new ReadPolicy { Consistency = ReadConsistency.Strong });
        Assert.Same(inner, _causality.Current);
        Read(inner, A);
        inner.Dispose();
        inner.Dispose();
        Assert.Same(outer, _causality.Current);
        Assert.Equal(Token(1, 200), outer.Token);
        Assert.Equal((Now, A, null), outer.Seen());
        outer.Dispose();
        Assert.Null(_causality.Current);
    }

    public void Dispose() => _metrics.Dispose();

    private ToldSession NewSession(CausalScope scope, NpgsqlConnection connection) => new(scope, _causality, _taker, connection, A, null);

    private long Now => _time.GetTimestamp();

    private void Read(CausalScope scope, ServerProcess process, long routedAfter = 0)
    {
        scope.Opened(process, routedAfter);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        scope.Closed(process);
    }

    private static CausalToken Token(long term, ulong lsn) => new(Given.SystemId, term, 1, lsn);
}
