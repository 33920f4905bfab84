using HaConnect.Connections;
using HaConnect.Options;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;

namespace HaConnect.Probing;

/// <summary>Runs one loop per node and witness, for as long as the node is known; wakes standbys right after the primary was probed.</summary>
internal sealed class ProbeSchedule(
    ClusterState state, NodeSources sources, HaDatabaseOptions options, Func<bool> isCoordinator, TimeProvider time, Func<double> dice, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ProbeLoop> _loops = [];
    private Task _ended = Task.CompletedTask;
    private readonly List<WitnessLoop> _witnesses = [];
    private MajorityDeadline? _deadline;
    private long _primaryProbed;
    private bool _isDisposed;

    internal void Start()
    {
        state.Published += OnPublished;
        state.ProbeWanted += Wake;
        _deadline = new MajorityDeadline(state, time, logger);
        Follow(state.Current);
        foreach (var (index, witness) in ConfiguredNode.WitnessesOf(options).Index())
            _witnesses.Add(new WitnessLoop(new WitnessProber(index, witness, sources, options, time), state, options, time, dice, logger));
    }

    internal void WakeAll()
    {
        foreach (var loop in Loops())
            loop.Wake();
    }

    public async ValueTask DisposeAsync()
    {
        state.Published -= OnPublished;
        state.ProbeWanted -= Wake;
        _deadline?.Dispose();
        ProbeLoop[] loops;
        lock (_lock)
        {
            _isDisposed = true; // a snapshot may be on its way here
            loops = [.. _loops];
            _loops.Clear();
        }

        foreach (var loop in loops)
            await loop.DisposeAsync().ConfigureAwait(false);
        foreach (var loop in _witnesses)
            await loop.DisposeAsync().ConfigureAwait(false);
        await _ended.ConfigureAwait(false);
    }

    /// <summary>A loop for each node of the snapshot, and no other.</summary>
    private void Follow(ClusterSnapshot snapshot)
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            var gone = _loops.FindAll(l => snapshot.Of(l.Node) is null);
            _loops.RemoveAll(gone.Contains);
            _ended = Task.WhenAll([_ended, .. gone.Select(l => l.DisposeAsync().AsTask())]);
            foreach (var node in snapshot.Nodes.Select(n => n.Node).Where(n => !_loops.Exists(l => ReferenceEquals(l.Node, n))))
                _loops.Add(new ProbeLoop(node, new NodeProber(node, sources, options, isCoordinator, () => state.Current.HoldsWrites && node.Load.Writes == 0, time), state, options, time, dice, logger));
        }
    }

    private ProbeLoop[] Loops()
    {
        lock (_lock)
            return [.. _loops];
    }

    private void Wake(Node node)
    {
        foreach (var loop in Loops())
        {
            if (ReferenceEquals(loop.Node, node))
                loop.Wake();
        }
    }

    private void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        if (!after.HasNodesOf(before))
            Follow(after);
        if (ProbePace.WakesAll(before, after))
            WakeAll();
        if (after.PrimaryNode is not { } primary || state.FactsOf(primary) is not { LastStateSentAt: var sentAt })
            return;
        if (Interlocked.Exchange(ref _primaryProbed, sentAt) == sentAt)
            return;
        foreach (var loop in Loops())
        {
            if (!ReferenceEquals(loop.Node, primary))
                loop.Follow();
        }
    }
}
