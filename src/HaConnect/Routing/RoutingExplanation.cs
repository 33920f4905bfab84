using System.Text;

namespace HaConnect;

/// <summary>Where an operation would go now, and of each node why it would, or would not, be used. Made by <see cref="HaDataSource.ExplainRead"/> and <see cref="HaDataSource.ExplainWrite"/>.</summary>
public sealed class RoutingExplanation
{
    internal RoutingExplanation(ClusterSnapshot snapshot, string outcome, IReadOnlyList<NodeExplanation> nodes)
    {
        Snapshot = snapshot;
        Outcome = outcome;
        Nodes = nodes;
    }

    /// <summary>What it rests on.</summary>
    public ClusterSnapshot Snapshot { get; }

    /// <summary>What would be done, as one sentence for people.</summary>
    public string Outcome { get; }

    /// <summary>Each node, in the order of <see cref="ClusterSnapshot.Nodes"/>.</summary>
    public IReadOnlyList<NodeExplanation> Nodes { get; }

    /// <summary>The outcome, and a line for each node.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Outcome);
        foreach (var node in Nodes)
            text.Append("\n  ").Append(node.IsChosen ? "* " : "  ").Append(node.Node.Name).Append(": ").Append(node.Why);
        return text.ToString();
    }
}
