using System.CommandLine;
using HaConnect.Cli.Drilling.History;
using HaConnect.Cli.Drilling.Load;

namespace HaConnect.Cli.Drilling;

/// <summary><c>haconnect drill</c>.</summary>
internal static class DrillCommand
{
    internal static Command Create(ToolContext context) => new("drill", "Drills: what was run, and what is due.") { DrillHistoryCommand.Create(context), LoadDrillCommand.Create(context) };
}
