using System.CommandLine;

namespace HaConnect.Cli.Output;

/// <summary><c>--output</c>.</summary>
internal static class OutputOption
{
    internal static Option<OutputFormat> Create() => new("--output", "-o")
    {
        Description = "table for people, json (with a schemaVersion) or csv for programs.",
        DefaultValueFactory = _ => OutputFormat.Table,
    };
}
