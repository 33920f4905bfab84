using HaConnect.Operations.Planning;

namespace HaConnect.Cli.Planning;

/// <summary>A plan for programs.</summary>
/// <param name="SchemaVersion">Rises where a member is removed, or means something else.</param>
/// <param name="Wanted">What was described: what <c>--save</c> keeps.</param>
/// <param name="Problems">What one should know of it.</param>
/// <param name="Quorum">In the words of <c>status</c>.</param>
/// <param name="Losses">What each costs.</param>
/// <param name="Servers">Nodes and witnesses.</param>
/// <param name="ApplicationSettings">appsettings.json, as text.</param>
internal sealed record PlanDocument(int SchemaVersion, PlanDescription Wanted, IReadOnlyList<PlanProblem> Problems, IReadOnlyList<PlannedLine> Quorum, IReadOnlyList<PlannedLoss> Losses, IReadOnlyList<PlannedServer> Servers, string ApplicationSettings)
{
    internal static PlanDocument Of(PlanDescription plan, IReadOnlyList<PlanProblem> problems) => new(
        1, plan, problems, [.. LossTable.Quorum(plan).Select(q => new PlannedLine(q.Topic, q.Text))], LossTable.Of(plan),
        [.. plan.Nodes.Concat(plan.Witnesses).Select(n => new PlannedServer(n.Name, ServerSettings.Of(plan, n), AccessRules.Of(plan, n), NodeCommands.Of(plan, n)))],
        HaConnect.Operations.Planning.ApplicationSettings.Json(plan));
}
