using HaConnect.Discovery;
using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Discovery;

public sealed class DiscoveryLoopTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger _logger = new();
    private readonly ScriptedDiscovery _discovery = new();
    private readonly ClusterState _state;
    private readonly DiscoveryLoop _loop;
    private bool _isStopped;

    public DiscoveryLoopTests()
    {
        var options = new HaDatabaseOptions { ConnectionString = "Host=a;Username=u" };
        _state = new ClusterState(options, _time);
        _loop = new DiscoveryLoop(_discovery, _state, options.Discovery, _time, _logger);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
            await _loop.DisposeAsync();
    }

    [Fact]
    public async Task Loop_TwoAnswers_TheNodesThatAreListedAreThere()
    {
        _discovery.Answer = _ => Listed("b", "c");
        _loop.Start();
        await UntilAsync(() => Nodes == "a b c");
        _discovery.Answer = _ => Listed("c", "d");
        await UntilAsync(() => Nodes == "a c d");
    }

    [Fact]
    public async Task Loop_DiscoveryThatFails_LeavesTheNodesAndIsLoggedOnce()
    {
        _discovery.Answer = _ => Listed("b");
        _loop.Start();
        await UntilAsync(() => Nodes == "a b");
        _discovery.Answer = _ => throw new InvalidOperationException("no such name");
        var turns = _discovery.Turns;
        await UntilAsync(() => _discovery.Turns > turns + 3);
        Assert.Equal("a b", Nodes);
        Assert.Equal("Discovery by the script fails, and the nodes known by it stay as they are: no such name.", Assert.Single(Logged(1022)));
        _discovery.Answer = _ => Listed();
        await UntilAsync(() => Nodes == "a");
        Assert.Single(Logged(1023));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Loop_DiscoveryThatReturnsNull_IsAFailureThatSaysSo(bool inTheList)
    {
        _discovery.Answer = _ => Listed("b");
        _loop.Start();
        await UntilAsync(() => Nodes == "a b");
        _discovery.Answer = _ => Task.FromResult<IReadOnlyList<DiscoveredNode>>(inTheList ? [null!] : null!);
        await UntilAsync(() => Logged(1022).Count > 0);
        Assert.Contains("DiscoverAsync returned null, or a list with null in it", Logged(1022)[0], StringComparison.Ordinal);
        Assert.Equal("a b", Nodes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // it blocks its thread
    public async Task Loop_DiscoveryThatHangs_LeavesTheNodesAndIsNotAskedAgainMeanwhile(bool blocks)
    {
        _discovery.Answer = _ => Listed("b");
        _loop.Start();
        await UntilAsync(() => Nodes == "a b");
        using var release = new ManualResetEventSlim();
        var hanging = new TaskCompletionSource<IReadOnlyList<DiscoveredNode>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _discovery.Answer = _ =>
        {
            if (!blocks)
                return hanging.Task; // deaf to its token
            release.Wait(CancellationToken.None);
            return Listed();
        };
        var turns = _discovery.Turns;
        await UntilAsync(() => Logged(1022).Count > 0);
        Assert.Contains("it did not answer within 00:00:05 (Discovery.Timeout)", Logged(1022)[0], StringComparison.Ordinal);
        var later = _time.GetUtcNow() + TimeSpan.FromMinutes(1);
        await UntilAsync(() => _time.GetUtcNow() > later);
        Assert.Equal((turns + 1, "a b"), (_discovery.Turns, Nodes));
        _discovery.Answer = _ => Listed("c");
        hanging.SetResult([]);
        release.Set();
        await UntilAsync(() => Nodes == "a c");
    }

    [Fact]
    public async Task Loop_Stopped_CancelsWhatIsAsked()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _discovery.Answer = async token =>
        {
            await using var registration = token.UnsafeRegister(_ => cancelled.TrySetResult(), null);
            await cancelled.Task;
            throw new OperationCanceledException(token);
        };
        _loop.Start();
        await UntilAsync(() => _discovery.Turns == 1, advance: false);
        _isStopped = true;
        await _loop.DisposeAsync();
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Empty(_logger.Collector.GetSnapshot());
    }

    [Fact]
    public async Task Loop_InPeace_WaitsForItsIntervalUntilThePrimaryIsLost()
    {
        var a = _state.Current.Nodes[0].Node;
        _state.Apply(NodeObservation.Answered(a, 1, 1, Given.Primary()));
        _discovery.Answer = _ => Listed("b");
        _loop.Start();
        await UntilAsync(() => Nodes == "a b", advance: false);
        var asked = _discovery.Turns;
        var later = _time.GetUtcNow() + TimeSpan.FromSeconds(28);
        await UntilAsync(() => _time.GetUtcNow() >= later);
        Assert.Equal(asked, _discovery.Turns);
        _state.Apply(NodeObservation.Failed(a, 2, 2, new ProbeFailure(ProbeFailureKind.Refused, "refused")));
        await UntilAsync(() => _discovery.Turns > asked, advance: false);
    }

    private string Nodes => string.Join(' ', _state.Current.Nodes.Select(n => n.Host));

    private List<string> Logged(int id) => [.. _logger.Collector.GetSnapshot().Where(r => r.Id.Id == id).Select(r => r.Message)];

    private static Task<IReadOnlyList<DiscoveredNode>> Listed(params string[] hosts) => Task.FromResult<IReadOnlyList<DiscoveredNode>>([.. hosts.Select(h => new DiscoveredNode(h))]);

    /// <summary>The loop waits by the fake clock, which is turned on until what is waited for has come.</summary>
    private async Task UntilAsync(Func<bool> condition, bool advance = true)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(30), $"It did not come true; there are {Nodes}, {_discovery.Turns} turns.");
            if (advance)
                _time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private sealed class ScriptedDiscovery : INodeDiscovery
    {
        private int _turns;

        internal volatile Func<CancellationToken, Task<IReadOnlyList<DiscoveredNode>>> Answer = _ => Listed();

        internal int Turns => Volatile.Read(ref _turns);

        public Task<IReadOnlyList<DiscoveredNode>> DiscoverAsync(ClusterSnapshot snapshot, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _turns);
            return Answer(cancellationToken);
        }

        public override string ToString() => "the script";
    }
}
