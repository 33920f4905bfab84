namespace HaConnect.Cli.Seeing;

/// <summary>What <c>explain</c> tells.</summary>
/// <param name="SchemaVersion">Rises where a member is removed, or means something else.</param>
/// <param name="Outcome">What would be done.</param>
/// <param name="Nodes">Each node, in the order of the settings.</param>
internal sealed record ExplainDocument(int SchemaVersion, string Outcome, IReadOnlyList<ExplainedNode> Nodes)
{
    internal static ExplainDocument Of(RoutingExplanation explanation) =>
        new(1, explanation.Outcome, [.. explanation.Nodes.Select(n => new ExplainedNode(n.Node.Name, n.IsChosen, n.Why))]);
}
