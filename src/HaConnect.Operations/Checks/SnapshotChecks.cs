using System.Globalization;
using HaConnect.Status;
using HaConnect.Status.Quorum;

namespace HaConnect.Operations;

/// <summary>The checks that a snapshot answers. Pure.</summary>
internal static class SnapshotChecks
{
    private static readonly CheckRange s_oneOrMore = CheckRange.Parse("1:");
    private static readonly CheckRange s_lagWarning = CheckRange.Parse("10");
    private static readonly CheckRange s_lagCritical = CheckRange.Parse("60");

    /// <summary>Nobody lets this user in, or they are not one cluster: of what the check asks, nothing is known.</summary>
    internal static CheckResult Nothing(string check, ClusterSnapshot snapshot) =>
        new(check, CheckState.Unknown, string.Join("; ", snapshot.Nodes.Select(n => $"{n.Name}: {n.Reason}").Prepend($"nothing can be seen: {snapshot.Reason}")), []);

    internal static CheckResult Primary(ClusterSnapshot snapshot)
    {
        if (snapshot.Primary is not { } primary)
            return new("primary", snapshot.IsComplete ? CheckState.Critical : CheckState.Unknown, $"no primary: {snapshot.Reason}", []);
        var (state, text) = snapshot switch
        {
            { RefusesWrites: true } => (CheckState.Critical, $"{primary.Name} gets no writes from here: {snapshot.MajorityReason ?? snapshot.Reason}"),
            { IsReplicationStalled: true } => (CheckState.Critical, $"commits on {primary.Name} wait: {primary.Reason}"),
            { HoldsWrites: true } => (CheckState.Warning, $"a switchover from {primary.Name} is under way: new writes wait"),
            _ when primary.Reachability != NodeReachability.Reachable => (CheckState.Warning, $"{primary.Name} does not answer as it should: {primary.Reason}"),
            _ => (CheckState.Ok, $"{primary.Name}, {(snapshot.Term is { } term ? string.Create(CultureInfo.InvariantCulture, $"term {term}") : "no term")}, timeline {primary.Timeline?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}"),
        };
        return new CheckResult("primary", state, text, primary.Latency is { } latency ? [new CheckValue("latency", latency.TotalSeconds, "s")] : []);
    }

    /// <summary>How many standbys are proven to be as fresh as reads ask for.</summary>
    internal static CheckResult Replicas(ClusterSnapshot snapshot, CheckRange? warning, CheckRange? critical)
    {
        if (!snapshot.IsComplete)
            return new("replicas", CheckState.Unknown, "not every node has been probed yet", []);
        var standbys = snapshot.Nodes.Where(n => !ReferenceEquals(n.Node, snapshot.PrimaryNode)).ToList();
        var usable = standbys.Where(n => n.Lag is not null && snapshot.ReadTargetOf(n.Node) is not null).ToList();
        var all = CheckRange.Parse(string.Create(CultureInfo.InvariantCulture, $"{standbys.Count}:"));
        var value = new CheckValue("replicas", usable.Count, "", warning ?? all, critical ?? s_oneOrMore);
        var others = standbys.Except(usable).Select(n => $"{n.Name}: {n.Reason}");
        return new CheckResult("replicas", value.State, string.Join("; ", others.Prepend(string.Create(CultureInfo.InvariantCulture, $"{usable.Count} of {standbys.Count} in use for reads"))), [value]);
    }

    /// <summary>The proven bound of each standby's staleness. Of one that is not there nothing is proven, which is as bad as any lag.</summary>
    internal static CheckResult Lag(ClusterSnapshot snapshot, CheckRange? warning, CheckRange? critical)
    {
        if (!snapshot.IsComplete)
            return new("lag", CheckState.Unknown, "not every node has been probed yet", []);
        if (snapshot.Primary is null)
            return new("lag", CheckState.Unknown, $"nothing can be proven without a primary: {snapshot.Reason}", []);
        var (state, words, values) = (CheckState.Ok, new List<string>(), new List<CheckValue>());
        foreach (var node in snapshot.Nodes.Where(n => !ReferenceEquals(n.Node, snapshot.PrimaryNode)))
        {
            var value = new CheckValue(node.Name, node.Lag?.Time.TotalSeconds, "s", warning ?? s_lagWarning, critical ?? s_lagCritical);
            values.Add(value);
            if (node.Lag is { } lag)
                values.Add(new CheckValue($"{node.Name} bytes", lag.Bytes, "B"));
            state = CheckResult.Worse(state, node.Lag is null ? CheckState.Critical : value.State);
            words.Add(node.Lag is { } known ? string.Create(CultureInfo.InvariantCulture, $"{node.Name} {known.Time.TotalSeconds:0.00} s") : $"{node.Name} unproven: {node.Reason}");
        }

        return new CheckResult("lag", state, words.Count == 0 ? "there is no standby" : string.Join("; ", words), values);
    }

    internal static CheckResult Coordinator(ClusterSnapshot snapshot, HaDatabaseOptions options)
    {
        const string name = "coordinator";
        var words = CoordinatorWords.Of(snapshot, options, office: null).Sentence;
        if (snapshot.IsGivenUp)
            return new(name, CheckState.Warning, words, []);
        if (snapshot.NewestTerm is null)
            return new(name, CheckState.Unknown, "no term is established as far as is seen: HaConnect makes no failover here", []);
        var held = CoordinatorWords.LocksHeldOn(snapshot).Count;
        CheckValue[] values = [new CheckValue("locks", held)];
        if (held == 0)
            return new(name, snapshot.Nodes.Any(n => n.Facts?.LastState is not null && n.Reachability == NodeReachability.Reachable) ? CheckState.Critical : CheckState.Unknown, words, values);
        return StatusBuilder.IsPaused(snapshot) == true
            ? new(name, CheckState.Warning, $"automatic failover is paused. {words}", values)
            : new(name, CheckState.Ok, words, values);
    }

    internal static CheckResult Quorum(ClusterSnapshot snapshot, HaDatabaseOptions options)
    {
        var facts = QuorumFacts.Of(snapshot, options, default);
        var lines = QuorumWords.Of(facts);
        var state = lines.Select(l => StateOf(l.Level)).Aggregate(CheckResult.Worse);
        var said = lines.Where(l => StateOf(l.Level) == state).Select(l => l.Text);
        return new CheckResult("quorum", state, string.Join(" ", said),
        [
            new CheckValue("voters", facts.Voters.Count), new CheckValue("seen", facts.Voters.Count(v => v.Sight == Sight.Seen)), new CheckValue("needed", facts.Majority),
        ]);
    }

    private static CheckState StateOf(string level) => level switch
    {
        Levels.Ok or Levels.Info => CheckState.Ok,
        Levels.Warn => CheckState.Warning,
        Levels.Bad => CheckState.Critical,
        _ => CheckState.Unknown,
    };
}
