using HaConnect.Operations;

namespace HaConnect.Cli.Drilling.History;

/// <summary>A requirement in the document of <c>drill history</c>.</summary>
internal sealed record StandingRow(string Kind, int Times, int Months, int Passed, DateTimeOffset? LastPassed, DateTimeOffset? Due, bool IsOverdue)
{
    internal static StandingRow Of(DrillStanding s) => new(s.Requirement.Kind.ToString().ToLowerInvariant(), s.Requirement.Times, s.Requirement.Months, s.Passed, s.LastPassed, s.Due, s.IsOverdue);
}
