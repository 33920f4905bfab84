using HaConnect.Failover.Switchover;
using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Failover.Switchover;

/// <summary>Who asks for a switchover is told what is on record of it, not what seems to follow from something else.</summary>
public sealed class SwitchoverClientTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly PretendedPrimary _primary = new();
    private readonly List<string> _told = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ClusterState _state;
    private readonly Node _n1;
    private readonly Node _n2;
    private readonly SwitchoverClient _client;

    public SwitchoverClientTests()
    {
        var options = new HaDatabaseOptions { ConnectionString = "Username=app", Nodes = { new HaNodeOptions { Name = "n1", Host = "h1" }, new HaNodeOptions { Name = "n2", Host = "h2" } } };
        options.Failover.Mode = FailoverMode.Coordinate;
        _state = new ClusterState(options, _time);
        (_n1, _n2) = (_state.Facts[0].Node, _state.Facts[1].Node);
        Sees(1, _n1, _n2);
        _client = new SwitchoverClient(_state, _ => _primary, options, () => { }, _time);
    }

    [Fact]
    public async Task RunAsync_SessionEndedMidway_IsOpenedAgainAndSeesTheOutcome()
    {
        var running = RunAsync("n2");
        await UntilAsync(running, () => _primary.Looks > 0);
        _primary.EndSessions();
        _primary.RefusesSessions = true;
        await UntilAsync(running, () => false, TimeSpan.FromSeconds(3));
        _primary.RefusesSessions = false;
        (_primary.StartedAt, _primary.EndedAt, _primary.Outcome) = (Given.Started, Given.Started, "not drained within 00:00:05");

        var result = await EndAsync(running);

        Assert.Equal((false, "n1", 1L, "called off: not drained within 00:00:05"), (result.Succeeded, result.Primary, result.Term, result.Reason));
        Assert.True(_primary.Opened > 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_SessionsWereEnded_AreNamedWhereThatWasAskedFor(bool terminates)
    {
        _primary.StartedAt = Given.Started;
        _primary.EndedSessions = ["process 4711 of app (report)"];
        var running = _client.RunAsync("n2", new SwitchoverOptions { TerminatesOpenTransactions = terminates }, _stop.Token);
        await UntilAsync(running, () => _primary.Looks > 0);
        Sees(2, _n2, _n1);

        var result = await EndAsync(running);

        Assert.True(result.Succeeded);
        Assert.Equal(terminates ? _primary.EndedSessions : [], result.EndedSessions);
    }

    [Fact]
    public async Task RunAsync_PrimaryOutOfSight_IsDecidedByTheEstablishedTerm()
    {
        var running = RunAsync("n2");
        await UntilAsync(running, () => _primary.Looks > 0);
        _primary.EndSessions();
        _primary.RefusesSessions = true;
        Sees(2, _n2, _n1);

        var result = await EndAsync(running);

        Assert.Equal((true, "n2", 2L), (result.Succeeded, result.Primary, result.Term));
    }

    /// <summary>A coordinator took a term for reasons of its own; the request is still there, and is tried or refused by itself.</summary>
    [Theory]
    [InlineData("it was asked for in term 1, but term 2 is in force")]
    [InlineData("its coordinator was lost midway")]
    public async Task RunAsync_NewTermOfTheSamePrimary_IsDecidedByWhatIsOnRecord(string outcome)
    {
        var running = RunAsync("n2");
        await UntilAsync(running, () => _primary.Looks > 0);
        Sees(2, _n1, _n2);
        await UntilAsync(running, () => false, TimeSpan.FromSeconds(2));
        Assert.False(running.IsCompleted);
        (_primary.EndedAt, _primary.Outcome) = (Given.Started, outcome);

        var result = await EndAsync(running);

        Assert.Equal((false, "n1", 2L, "called off: " + outcome), (result.Succeeded, result.Primary, result.Term, result.Reason));
    }

    [Fact]
    public async Task RunAsync_NobodyBegins_IsTakenBackAndSaysSo()
    {
        var result = await EndAsync(RunAsync("n2"));

        Assert.False(result.Succeeded);
        Assert.Contains("no coordinator has begun with it within 00:00:30", result.Reason, StringComparison.Ordinal);
        Assert.Contains("was taken back", result.Reason, StringComparison.Ordinal);
        Assert.Equal("nobody waits for it any more", _primary.Outcome);
    }

    [Fact]
    public async Task RunAsync_BegunJustWhenItIsTakenBack_IsWaitedFor()
    {
        _primary.BeforeTakingBack = () => _primary.StartedAt = Given.Started;
        var running = RunAsync("n2");
        await UntilAsync(running, () => _primary.StartedAt is not null);
        await UntilAsync(running, () => false, TimeSpan.FromSeconds(5));
        Sees(2, _n2, _n1);

        var result = await EndAsync(running);

        Assert.True(result.Succeeded);
        Assert.Null(_primary.Outcome);
    }

    [Fact]
    public async Task RunAsync_Cancelled_SaysWhetherItWasTakenBack()
    {
        var running = RunAsync("n2");
        await UntilAsync(running, () => _primary.Looks > 0);
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EndAsync(running));
        Assert.Contains("was taken back", _told[^1], StringComparison.Ordinal);
        Assert.Equal("taken back by who asked for it", _primary.Outcome);
    }

    [Fact]
    public async Task RunAsync_CancelledAfterItWasBegun_SaysThatItGoesOn()
    {
        _primary.StartedAt = Given.Started;
        var running = RunAsync("n2");
        await UntilAsync(running, () => _primary.Looks > 0);
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EndAsync(running));
        Assert.Contains("could not be taken back: a coordinator has begun with it", _told[^1], StringComparison.Ordinal);
        Assert.Null(_primary.Outcome);
    }

    [Fact]
    public async Task RunAsync_AnswerToTheRequestLost_IsTakenBackAndSaysSo()
    {
        _primary.LosesAnswers = true;
        var error = await Assert.ThrowsAsync<NoPrimaryException>(() => EndAsync(RunAsync("n2")));
        Assert.Contains("was taken back", error.Message, StringComparison.Ordinal);
        Assert.NotNull(_primary.Outcome);
    }

    public ValueTask DisposeAsync()
    {
        _stop.Dispose();
        return _primary.DisposeAsync();
    }

    private Task<SwitchoverResult> RunAsync(string target) => _client.RunAsync(target, new SwitchoverOptions { Progress = new Told(_told) }, _stop.Token);

    private async Task<SwitchoverResult> EndAsync(Task<SwitchoverResult> running)
    {
        await UntilAsync(running, () => running.IsCompleted);
        return await running;
    }

    /// <summary>Time goes by as long as the request is waited for; ended by the condition, or after so much of it.</summary>
    private async Task UntilAsync(Task running, Func<bool> condition, TimeSpan? atMost = null)
    {
        var (start, limit) = (_time.GetTimestamp(), atMost ?? TimeSpan.FromMinutes(5));
        while (!condition())
        {
            if (_time.GetElapsedTime(start) > limit)
            {
                Assert.True(atMost is not null, "it did not come true within five minutes of pretended time");
                return;
            }

            if (running.IsCompleted)
                return;
            _time.Advance(TimeSpan.FromMilliseconds(25));
            for (var i = 0; i < 5; i++)
                await Task.Yield();
        }
    }

    private void Sees(long term, Node primary, Node standby)
    {
        var now = _time.GetTimestamp();
        var row = Given.Row(term, primary.Name, 1, standby.Name);
        var timeline = primary == _n1 ? 1 : 2;
        _state.Apply(NodeObservation.Answered(standby, now, now + 1, Given.Standby(established: row, timeline: timeline)));
        _state.Apply(NodeObservation.Answered(primary, now, now + 1, Given.Primary(established: row, timeline: timeline)));
        Assert.Equal((primary.Name, term), (_state.Current.Primary?.Name, _state.Current.Term));
    }

    private sealed class Told(List<string> told) : IProgress<string>
    {
        public void Report(string value) => told.Add(value);
    }
}
