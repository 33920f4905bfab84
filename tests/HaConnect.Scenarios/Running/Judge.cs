using System.Globalization;
using HaConnect.Connections;
using HaConnect.Failover.Detection;
using HaConnect.Routing;
using HaConnect.Scenarios.Format;

namespace HaConnect.Scenarios.Running;

/// <summary>Compares what is with what is expected; says everything that differs.</summary>
internal sealed class Judge(Cluster cluster)
{
    private const int Draws = 1000;
    private const int DrawsForShares = 20_000;
    private readonly List<string> _differences = [];

    internal IReadOnlyList<string> Judged(Expected expected)
    {
        _differences.Clear();
        var snapshot = cluster.Snapshot;
        Same("the primary", expected.Primary, snapshot.Primary?.Name ?? "none");
        Same("the term", expected.Term, snapshot.Term);
        Contains("the reason", expected.Reason, snapshot.Reason);
        Same("without a majority", expected.WithoutMajority, snapshot.IsWithoutMajority);
        Same("replication stalled", expected.Stalled, snapshot.IsReplicationStalled);
        Same("the verdict", expected.Verdict, LossDetector.Judge(cluster.Facts, cluster.Options.Probing.TimeoutsUntilUnreachable, cluster.Options.Failover.StartupGrace).Kind);
        foreach (var (name, node) in expected.Nodes ?? new Dictionary<string, ExpectedNode>())
            Node(name, node);
        if (expected.Write is not null)
            Same("a write", expected.Write, Write());
        foreach (var read in expected.Reads ?? [])
            Read(read);
        if (expected.Logged is { } lines)
            Logged(lines);
        if (expected.Watched is { } watched)
            Same<int>("snapshots that a watcher got", watched, cluster.TakeWatched());
        return _differences;
    }

    private void Node(string name, ExpectedNode expected)
    {
        var node = cluster.Snapshot[cluster[name].Name]!;
        Same($"{name}'s role", expected.Role, node.Role);
        Same($"{name}'s reachability", expected.Reachability, node.Reachability);
        Contains($"{name}'s reason", expected.Reason, node.Reason);
        Same($"{name}'s timeline", expected.Timeline, node.Timeline);
        Same($"{name} proven", expected.Proven, node.Lag is not null);
        Same($"{name}'s lag", expected.Lag, node.Lag?.Time);
        Same($"{name}'s lag in bytes", expected.LagBytes, node.Lag?.Bytes);
        Same($"{name} synchronous", expected.Synchronous, node.IsSynchronous);
        Same($"{name}'s upstream", expected.Upstream, node.Upstream);
        Same($"{name} quarantined", expected.Quarantined, node.IsQuarantined);
        Same($"{name} misconfigured", expected.Misconfigured, node.IsMisconfigured);
    }

    private string Write()
    {
        var chosen = RoutingExplainer.Write(cluster.Snapshot).Nodes.FirstOrDefault(n => n.IsChosen)?.Node.Name;
        return chosen ?? WithoutNode(cancellation => cluster.Opener.OpenPrimaryAsync(cancellation)).Ending;
    }

    private void Read(ExpectedRead expected)
    {
        var what = $"a read with {expected.Policy.Build()}";
        ReadDemand demand;
        try
        {
            demand = ResolvedPolicy.Of(expected.Policy.Build(), null, cluster.Options).Demand;
        }
        catch (ArgumentException e)
        {
            Same(what, expected.Ends ?? string.Join(", ", expected.GoesTo!), "refused");
            Contains(what, expected.Says, e.Message);
            return;
        }

        var explanation = cluster.Opener.ExplainRead(demand);
        var said = $"{explanation}";
        var counts = Draw(demand, expected.Shares is null ? Draws : DrawsForShares);
        if (counts.Count == 0)
        {
            var (ending, error) = WithoutNode(cancellation => cluster.Opener.OpenReadAsync(demand, cancellation));
            Same(what, expected.Ends ?? string.Join(", ", expected.GoesTo!), ending);
            Contains($"the explanation of {what}", $"the read {ending}", explanation.Outcome);
            said += $"\n{error}";
        }
        else
        {
            Same(what, expected.Ends ?? string.Join(", ", expected.GoesTo!.Order(StringComparer.Ordinal)), string.Join(", ", counts.Keys.Order(StringComparer.Ordinal)));
        }

        Agrees(what, demand, counts.Keys, explanation);
        Contains(what, expected.Says, said);
        foreach (var (name, why) in expected.Why ?? new Dictionary<string, string>())
            Contains($"why {name} in {what}", why, explanation.Nodes.First(n => n.Node.Name == cluster[name].Name).Why);
        foreach (var (name, share) in expected.Shares ?? new Dictionary<string, double>())
        {
            var percent = 100.0 * counts.GetValueOrDefault(name) / DrawsForShares;
            if (Math.Abs(percent - share) > expected.Tolerance)
                _differences.Add(string.Create(CultureInfo.InvariantCulture, $"{name}'s share of {what}: expected {share} % by {expected.Tolerance}, but it is {percent:0.0} %"));
        }
    }

    private Dictionary<string, int> Draw(ReadDemand demand, int times)
    {
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < times; i++)
        {
            if (cluster.Opener.Decide(demand).Node is { } node)
                counts[node.Name] = counts.GetValueOrDefault(node.Name) + 1;
        }

        return counts;
    }

    /// <summary>In every scenario: what routing picks is explained as chosen, and a connection to it would be handed out.</summary>
    private void Agrees(string what, ReadDemand demand, IEnumerable<string> drawn, RoutingExplanation explanation)
    {
        foreach (var name in drawn)
        {
            if (!explanation.Nodes.First(n => n.Node.Name == cluster[name].Name).IsChosen)
                _differences.Add($"{what} goes to {name}, but the explanation does not choose it:\n{explanation}");
            if (new OpenRequest(cluster.Opener, demand).StillHolds(cluster[name]) is null)
                _differences.Add($"{what} goes to {name}, but its connection would not be handed out");
        }
    }

    /// <summary>An open for which there is no node fails at once, or waits; nothing goes over the network either way.</summary>
    private static (string Ending, Exception? Error) WithoutNode<T>(Func<CancellationToken, ValueTask<T>> open)
    {
        using var cancellation = new CancellationTokenSource();
        var opening = open(cancellation.Token).AsTask();
        if (opening.IsFaulted)
            return ("fails", opening.Exception!.InnerException);
        var isWaiting = !opening.IsCompleted;
        cancellation.Cancel();
        return (isWaiting ? "waits" : "opens", null);
    }

    private void Logged(IReadOnlyList<string> expected)
    {
        var lines = cluster.TakeLog();
        var asExpected = expected.Count == lines.Count && expected.Zip(lines).All(p => p.First.Split(": ", 2) is [var name, var part]
            && p.Second.StartsWith($"{name}: ", StringComparison.Ordinal) && p.Second.Contains(part, StringComparison.Ordinal));
        if (!asExpected)
            _differences.Add($"the log: expected\n    {string.Join("\n    ", expected)}\n  but it is\n    {string.Join("\n    ", lines)}");
    }

    private void Same<T>(string what, T? expected, T? actual) where T : struct
    {
        if (expected is not null && !Equals(expected, actual))
            _differences.Add($"{what}: expected {expected}, but it is {actual?.ToString() ?? "unknown"}");
    }

    private void Same(string what, string? expected, string? actual)
    {
        if (expected is not null && expected != actual)
            _differences.Add($"{what}: expected {expected}, but it is {actual ?? "unknown"}");
    }

    private void Contains(string what, string? expected, string actual)
    {
        if (expected is not null && !actual.Contains(expected, StringComparison.Ordinal))
            _differences.Add($"{what}: expected to say '{expected}', but it says '{actual}'");
    }
}
