using HaConnect.Discovery;
using HaConnect.Options;
using HaConnect.Probing;
using HaConnect.Routing;

namespace HaConnect.Topology;

/// <summary>
/// The one writer of the cluster's state: takes observations, publishes snapshots. The hot path reads <see cref="Current"/>, one
/// reference; the lock is taken by probes only, and nothing is called under it.
/// </summary>
internal sealed class ClusterState
{
    private const int MostForks = 16;

    private readonly Lock _lock = new();
    private readonly HaDatabaseOptions _options;
    private readonly TimeProvider _time;
    private readonly StalenessLedger _ledger = new();
    private readonly List<NodeFacts> _facts = []; // configured nodes first, in their order
    private readonly Dictionary<INodeDiscovery, DiscoveryAnswer> _discovered = new(ReferenceEqualityComparer.Instance);
    private readonly VoterSight[] _witnesses;
    private volatile ClusterSnapshot _current;
    private TaskCompletionSource _changed = NewSignal();
    private ulong? _systemIdentifier;
    private TermRow? _newestTerm;
    private long _newestTermSeenAt;
    private readonly Queue<(ClusterSnapshot Before, ClusterSnapshot After)> _unpublished = new();
    private bool _publishing;
    private TimelineFork[] _forks = [];
    private readonly Dictionary<int, Epoch> _reigns = []; // by timeline, who was the primary on it last, where nobody coordinates
    private int _highestTimeline;
    private Node? _lastPrimary; // until another node is
    private bool _majorityWasInSight;
    private int _nodesSoFar;

    internal ClusterState(HaDatabaseOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        foreach (var node in ConfiguredNode.DataNodesOf(options))
            _facts.Add(new NodeFacts(new Node(_nodesSoFar++, node.Name, node.Host, node.Port, node.Priority, isConfigured: true, node.Zone, node.Weight)));
        _witnesses = [.. ConfiguredNode.WitnessesOf(options).Select(w => new VoterSight(w.Name))];
        _current = ClusterSnapshot.Initial(_facts.Select(f => new NodeSnapshot(f.Node) { Reason = "not probed yet" }));
    }

    /// <summary>Raised after publication, in order, outside the lock; handlers must be quick and must not throw.</summary>
    internal event Action<ClusterSnapshot, ClusterSnapshot>? Published;

    /// <summary>Raised when something suggests that a node should be probed at once.</summary>
    internal event Action<Node>? ProbeWanted;

    internal ClusterSnapshot Current => _current;

    internal IReadOnlyList<NodeFacts> Facts
    {
        get
        {
            lock (_lock)
                return [.. _facts];
        }
    }

    /// <summary>The next snapshot after the one the caller looked at completes this; take it before looking.</summary>
    internal Task NextChange => Volatile.Read(ref _changed).Task;

    internal void Apply(NodeObservation observation)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (IndexOf_NeedsLock(observation.Node) is not { } index)
                return; // removed meanwhile
            var before = _facts[index];
            var after = before.After(observation, _time);
            _facts[index] = after with { Failback = Failback.After(before, after, _options, _time) };
            changed = Replace_NeedsLock(observation.Node);
        }

        changed.SetResult();
        Publish();
    }

    /// <summary>In peace a witness says nothing new, and costs no snapshot.</summary>
    internal void Apply(WitnessObservation observation)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            ref var sight = ref _witnesses[observation.Witness];
            var before = sight;
            sight = observation.Failure is { } failure ? sight.Missed(failure, observation.SentAt) : sight.Heard(observation.Register, observation.SentAt);
            if (ReferenceEquals(sight, before))
                return;
            changed = Replace_NeedsLock(observed: null);
        }

        changed.SetResult();
        Publish();
    }

    /// <summary>A node has answered a probe that had been given up.</summary>
    internal void HeardLate(Node node)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (IndexOf_NeedsLock(node) is not { } index)
                return;
            var facts = _facts[index];
            _facts[index] = facts.HeardLate();
            if (ReferenceEquals(_facts[index], facts))
                return;
            changed = Replace_NeedsLock(observed: null);
        }

        changed.SetResult();
        Publish();
    }

    /// <summary>The same of a witness, by its place in the options.</summary>
    internal void HeardLate(int witness)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_witnesses[witness].IsHeard)
                return;
            _witnesses[witness] = _witnesses[witness].Heard();
            changed = Replace_NeedsLock(observed: null);
        }

        changed.SetResult();
        Publish();
    }

    /// <summary>Takes a new snapshot since time has passed.</summary>
    internal void Renew()
    {
        TaskCompletionSource changed;
        lock (_lock)
            changed = Replace_NeedsLock(observed: null);
        changed.SetResult();
        Publish();
    }

    private TaskCompletionSource Replace_NeedsLock(Node? observed)
    {
        var before = _current;
        var after = Rebuild_NeedsLock(observed);
        _current = after;
        _unpublished.Enqueue((before, after));
        return Interlocked.Exchange(ref _changed, NewSignal());
    }

    /// <summary>One caller at a time hands out what has queued up, so that handlers see the snapshots in their order.</summary>
    private void Publish()
    {
        lock (_lock)
        {
            if (_publishing)
                return;
            _publishing = true;
        }

        while (true)
        {
            (ClusterSnapshot Before, ClusterSnapshot After) next;
            lock (_lock)
            {
                if (!_unpublished.TryDequeue(out next))
                {
                    _publishing = false;
                    return;
                }
            }

            try
            {
                Published?.Invoke(next.Before, next.After);
            }
            catch
            {
                lock (_lock)
                    _publishing = false;
                throw;
            }
        }
    }

    /// <summary>What is known of a node; null where it was removed.</summary>
    internal NodeFacts? FactsOf(Node node)
    {
        lock (_lock)
            return IndexOf_NeedsLock(node) is { } index ? _facts[index] : null;
    }

    /// <summary>Takes what a discovery says now: adds the nodes that are new, and removes those that none lists any more.</summary>
    internal void Apply(INodeDiscovery discovery, DiscoveryAnswer answer)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _discovered[discovery] = answer;
            var listed = _discovered.OrderBy(d => d.Key is ReportedStandbys).SelectMany(d => d.Value.Nodes); // the application's own know more of a node
            var (fresh, gone) = NodeChanges.Between([.. _facts.Select(f => f.Node)], listed, _lastPrimary);
            if (fresh.Count == 0 && gone.Count == 0 && _facts.Count > 0)
                return;
            _facts.RemoveAll(f => gone.Contains(f.Node));
            foreach (var node in gone)
                _ledger.Forget(node);
            foreach (var node in fresh)
                _facts.Add(new NodeFacts(new Node(_nodesSoFar++, node.Name, node.Host, node.Port, priority: 0, isConfigured: false, node.Zone, certificateHost: node.CertificateHost)));
            changed = Replace_NeedsLock(observed: null);
        }

        changed.SetResult();
        Publish();
    }

    /// <summary>Passive evidence: an operation failed at the node. It is probed now; what is true, the probe says. Of a node known to be away it is no news.</summary>
    internal void ReportTrouble(Node node)
    {
        if (Current.Of(node) is not { Reachability: NodeReachability.Unreachable })
            ProbeWanted?.Invoke(node);
    }

    private ClusterSnapshot Rebuild_NeedsLock(Node? observed)
    {
        (_systemIdentifier, var conflict) = SystemIdentity.Pin(_systemIdentifier, _facts);
        var own = _facts.Where(f => f.LastState is not null && f.LastState.SystemIdentifier == _systemIdentifier && SameServer.Of(f, _facts, _options.Probing.TimeoutsUntilUnreachable) is null).ToList();
        foreach (var facts in own)
        {
            if (facts.LastState!.EstablishedTerm is { } row && row.Term > (_newestTerm?.Term ?? 0))
                (_newestTerm, _newestTermSeenAt) = (row, facts.LastStateSentAt);
        }

        var inForce = _newestTerm is { IsGivenUp: false } ? _newestTerm : null;
        var selection = _systemIdentifier is null
            ? new PrimarySelection(null, conflict ?? (_facts.Count == 0 ? NothingDiscovered_NeedsLock() : _facts.All(f => f.WasProbed) ? "no node answers" : "not every node has been probed yet"))
            : PrimarySelection.Select(own, inForce, _newestTermSeenAt, _highestTimeline, _options.Probing.TimeoutsUntilUnreachable, _ledger.Epoch);
        if (selection.Epoch is { Term: null } epoch && !Equals(epoch, _ledger.Epoch))
            Remember_NeedsLock(epoch);
        _lastPrimary = selection.Epoch?.Primary ?? _lastPrimary;
        _highestTimeline = Math.Max(_highestTimeline, selection.Epoch?.Timeline ?? 0);
        _ledger.Begin(selection.Epoch);
        if (own.Find(f => ReferenceEquals(f.Node, observed)) is { Failure: null } answered)
            _ledger.Observe(answered);
        var coarseNow = CoarseClock.Read(_time); // first: whatever holds this thread up in between makes it stricter
        var now = _time.GetTimestamp();
        var majority = MajorityRule.Judge(_facts, _witnesses, _systemIdentifier, inForce, _options.Probing.TimeoutsUntilUnreachable, _majorityWasInSight);
        _majorityWasInSight |= majority.Kind == MajorityKind.InSight;
        return SnapshotBuilder.Build(new SnapshotInput
        {
            Version = _current.Version + 1,
            Facts = _facts,
            Ledger = _ledger,
            Forks = _forks,
            Selection = selection,
            HadPrimaryUntil = _current.HadPrimaryUntil,
            SystemIdentifier = _systemIdentifier,
            IsGivenUp = _newestTerm is { IsGivenUp: true },
            Witnesses = _witnesses.Length == 0 ? [] : [.. _witnesses], // they are replaced one by one

            // A user who cannot read the registers is told so when coordination is refused; its reads are bounded as in Observe.
            RequireNoLaterPromise = _options.Failover is { Mode: FailoverMode.Coordinate, RequiredSynchronousStandbys: > 0 } && _newestTerm is not { IsGivenUp: true } && own.Exists(f => f.LastState!.SeesRegister),
            Majority = inForce is null ? default : MajorityRule.Decide(majority, _options.Failover.WithoutMajority, _time, now),
            Routing = _options.Routing,
            TimeoutsUntilUnreachable = _options.Probing.TimeoutsUntilUnreachable,
            Time = _time,
            Now = now,
            CoarseNow = coarseNow,
        });
    }

    /// <summary>Of a promotion in a cluster that nobody coordinates.</summary>
    private void Remember_NeedsLock(Epoch epoch)
    {
        var known = Array.FindIndex(_forks, f => f.Timeline == epoch.Timeline);
        if (_reigns.TryGetValue(epoch.Timeline, out var other) && !IsSameServer(other, epoch))
            _forks = [.. _forks.Where((_, i) => i != known).TakeLast(MostForks - 1), TimelineFork.Ambiguous(epoch.Timeline)];
        else if (known < 0 && _facts.Find(f => ReferenceEquals(f.Node, epoch.Primary))!.BeforePromotion is { } before && before.Timeline < epoch.Timeline)
            _forks = [.. _forks.TakeLast(MostForks - 1), new TimelineFork(epoch.Timeline, before.Timeline, before.Replayed)];
        _reigns[epoch.Timeline] = epoch;
    }

    /// <summary>A node that was removed and has come back is another one, and so is the same server under another address.</summary>
    private static bool IsSameServer(Epoch a, Epoch b) => a.Primary.IsAt(b.Primary.Host, b.Primary.Port) || a.StartTime == b.StartTime;

    private int? IndexOf_NeedsLock(Node node) => _facts.FindIndex(f => ReferenceEquals(f.Node, node)) is >= 0 and var index ? index : null;

    private string NothingDiscovered_NeedsLock() => _discovered.Where(d => d.Value.Failure is not null).Select(d => $"{d.Key}: {d.Value.Failure}").ToList() is { Count: > 0 } failures
        ? $"no node is listed, and none was discovered: {string.Join("; ", failures)}"
        : "no node is listed, and none was discovered yet";

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
