using System.CommandLine;
using System.Globalization;
using HaConnect.Cli.Connecting;
using HaConnect.Cli.Output;

namespace HaConnect.Cli.Seeing;

/// <summary><c>haconnect status</c>.</summary>
internal static class StatusCommand
{
    internal static Command Create(ToolContext context)
    {
        var output = OutputOption.Create();
        var command = new Command("status", "Tells node by node what the cluster is like now. Ends with 0 (all is well), 1 (needs attention), 2 (no primary that takes writes) or 3 (nothing answers).") { output };
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            await using var cluster = await ObservedCluster.LookAsync(context.Cluster.OptionsOf(parsed), context.Cluster.TimeoutOf(parsed), cancellationToken);
            var status = StatusReader.Of(cluster);
            Print(terminal, status, parsed.GetValue(output));
            return status.ExitCode;
        }));
        return command;
    }

    internal static void Print(Terminal terminal, StatusDocument status, OutputFormat format)
    {
        if (format == OutputFormat.Json)
            ToolJson.Write(terminal.Output, status, j => j.StatusDocument);
        else if (format == OutputFormat.Csv)
            WriteCsv(terminal.Output, status);
        else
            terminal.Console.Write(StatusTable.Of(status));
    }

    private static void WriteCsv(TextWriter output, StatusDocument status)
    {
        Csv.Write(output, ["node", "host", "port", "zone", "role", "state", "stale", "timeline", "lsn", "lag_bytes", "lag_seconds", "sync_state", "serves", "version", "reason"]);
        foreach (var n in status.Nodes)
        {
            Csv.Write(output,
            [
                n.Node, n.Host, Text(n.Port), n.Zone, n.Role, n.State, n.IsStale ? "true" : "false", Text(n.Timeline), n.Lsn, Text(n.LagBytes), Text(n.LagSeconds), n.SyncState, n.Serves, n.Version, n.Reason,
            ]);
        }
    }

    private static string? Text<T>(T? value)
        where T : struct, IFormattable => value?.ToString(null, CultureInfo.InvariantCulture);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
