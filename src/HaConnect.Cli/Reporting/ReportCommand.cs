using System.CommandLine;

namespace HaConnect.Cli.Reporting;

/// <summary><c>haconnect report</c>: what happened, for people.</summary>
internal static class ReportCommand
{
    internal static Command Create(ToolContext context) => new("report", "Reports of what happened, from the audit trail.") { IncidentCommand.Create(context) };
}
