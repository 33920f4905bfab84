using HaConnect.Operations.Planning;

namespace HaConnect.Tests.Operations.Planning;

/// <summary>Descriptions to try things on.</summary>
internal static class Plans
{
    internal static PlanDescription Three { get; } = new() { Nodes = [Node("n1", 1, "a"), Node("n2", 2, "b"), Node("n3", 3, "c")], RtoSeconds = 5, ReadShare = 0.8 };

    internal static PlanDescription TwoAndWitness { get; } = new() { Nodes = [Node("n1", 1, "a"), Node("n2", 2, "b")], Witnesses = [Node("w1", 3, "c")], DegradeAfterSeconds = 10 };

    internal static PlanDescription ThreeInTwoPlaces { get; } = new() { Nodes = [Node("n1", 1, "a"), Node("n2", 2, "a"), Node("n3", 3, "b")], Rpo = PlanDescription.Asynchronous, KeepSlots = true };

    internal static PlanDescription Five { get; } = new() { Nodes = [Node("n1", 1, "a"), Node("n2", 2, "a"), Node("n3", 3, "b"), Node("n4", 4, "b") with { Synchronous = false }, Node("n5", 5, "c") with { Synchronous = false }] };

    /// <summary>Written as in docs/operations/topologies.md: nodes, then witnesses; a node in brackets is not synchronous.</summary>
    internal static PlanDescription Of(string nodes, string rpo = PlanDescription.Synchronous, double? degradeAfter = null)
    {
        var names = nodes.Split(' ');
        return new PlanDescription
        {
            Nodes = [.. names.Where(n => n[0] != 'w').Select((n, i) => Node(n.Trim('(', ')'), i + 1) with { Synchronous = n[0] != '(' })],
            Witnesses = [.. names.Where(n => n[0] == 'w').Select((n, i) => Node(n, i + 101))],
            Rpo = rpo,
            DegradeAfterSeconds = degradeAfter,
        };
    }

    internal static PlannedNode Node(string name, int number, string? place = null) => new() { Name = name, Host = FormattableString.Invariant($"10.0.0.{number}"), Place = place };
}
