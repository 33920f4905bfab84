using HaConnect.Connections;
using HaConnect.Discovery;
using HaConnect.Options;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;

namespace HaConnect.Probing;

/// <summary>Runs one loop per node and witness: wakes standbys right after the primary was probed, and starts loops for standbys that it reports.</summary>
internal sealed class ProbeSchedule(
    ClusterState state, NodeSources sources, HaDatabaseOptions options, Func<bool> isCoordinator, TimeProvider time, Func<double> dice, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ProbeLoop> _loops = [];
    private readonly List<WitnessLoop> _witnesses = [];
    private MajorityDeadline? _deadline;
    private long _primaryProbed;

    internal void Start()
    {
        state.Published += OnPublished;
        state.ProbeWanted += Wake;
        _deadline = new MajorityDeadline(state, time, logger);
        foreach (var facts in state.Facts)
            Add(facts.Node);
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
        foreach (var loop in Loops())
            await loop.DisposeAsync().ConfigureAwait(false);
        foreach (var loop in _witnesses)
            await loop.DisposeAsync().ConfigureAwait(false);
    }

    private void Add(Node node)
    {
        lock (_lock)
            _loops.Add(new ProbeLoop(node, new NodeProber(node, sources, options, isCoordinator, () => state.Current.HoldsWrites && node.Load.Writes == 0, time), state, options, time, dice, logger));
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
        if (ProbePace.WakesAll(before, after))
            WakeAll();
        if (after.PrimaryNode is not { } primary)
            return;
        var facts = state.Facts;
        var sentAt = facts[primary.Index].LastStateSentAt;
        if (Interlocked.Exchange(ref _primaryProbed, sentAt) == sentAt)
            return;
        foreach (var loop in Loops())
        {
            if (!ReferenceEquals(loop.Node, primary))
                loop.Follow();
        }

        foreach (var (name, host, port) in ReportedStandbys.Of(facts[primary.Index]))
        {
            if (state.Discover(name, host, port) is { } node)
                Add(node);
        }
    }
}
