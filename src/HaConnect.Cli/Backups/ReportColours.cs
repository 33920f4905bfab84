using HaConnect.Operations;

namespace HaConnect.Cli.Backups;

/// <summary>The colour of a state.</summary>
internal static class ReportColours
{
    internal static string Of(CheckState state) => state switch
    {
        CheckState.Critical => "red",
        CheckState.Ok => "green",
        _ => "yellow",
    };
}
