namespace HaConnect.Operations.Drills.Running;

/// <summary>
/// Which of the nodes that a fault was to strike were really seen to be gone: a command that ends with 0 says nothing of that. For one caller at a time; pure.
/// </summary>
internal sealed class StruckNodes(IReadOnlyList<string> expected)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    internal IEnumerable<string> NotSeen => expected.Where(n => !_seen.Contains(n));

    /// <summary>What stands against the drill: it has not shown what it was to show.</summary>
    internal IEnumerable<string> Problems => NotSeen.Select(n => $"{n} was to be struck, and was never seen to be unreachable from here before the way back began: the fault did not reach it, or it was up again at once.");

    /// <summary>Takes one look, from the fault to the way back.</summary>
    internal void See(ClusterSnapshot snapshot) => _seen.UnionWith(snapshot.Nodes.Where(n => n.Reachability == NodeReachability.Unreachable).Select(n => n.Name));
}
