using System.CommandLine;
using HaConnect.Cli.Output;
using HaConnect.Operations.Planning;
using HaConnect.Operations.Planning.Verification;

namespace HaConnect.Cli.Planning;

/// <summary><c>haconnect plan --verify</c>.</summary>
internal static class VerifyCommand
{
    internal static async Task<int> RunAsync(ToolContext context, Terminal terminal, PlanDescription plan, ParseResult parsed, OutputFormat format, CancellationToken cancellationToken)
    {
        var settings = context.Cluster.AreNamed(parsed) ? context.Cluster.OptionsOf(parsed) : ApplicationSettings.OptionsOf(plan);
        var result = await PlanVerifier.VerifyAsync(plan, settings, context.Cluster.TimeoutOf(parsed), cancellationToken);
        Print(terminal, new PlanVerificationDocument(1, plan.Cluster, result.Differences, result.Unseen), format);
        return result.Differences.Count == 0 && result.Unseen.Count == 0 ? ExitCodes.Ok : ExitCodes.Attention;
    }

    private static void Print(Terminal terminal, PlanVerificationDocument document, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            ToolJson.Write(terminal.Output, document, j => j.PlanVerificationDocument);
            return;
        }

        if (format == OutputFormat.Csv)
        {
            Csv.Write(terminal.Output, ["node", "what", "planned", "found", "remedy"]);
            foreach (var d in document.Differences)
                Csv.Write(terminal.Output, [d.Node, d.What, d.Planned, d.Found, d.Remedy]);
            foreach (var unseen in document.Unseen)
                Csv.Write(terminal.Output, [null, "not seen", null, unseen, null]);
            return;
        }

        if (document.Differences.Count == 0)
            terminal.Output.WriteLine(document.Unseen.Count == 0 ? $"Cluster {document.Cluster} is as planned." : $"Cluster {document.Cluster} is as planned, as far as was seen.");
        foreach (var d in document.Differences)
            terminal.Output.WriteLine($"{(d.Node is null ? "" : $"{d.Node}: ")}{d.What}: planned {d.Planned}, found {d.Found}\n  {d.Remedy}");
        foreach (var unseen in document.Unseen)
            terminal.Output.WriteLine($"Not seen: {unseen}");
    }
}
