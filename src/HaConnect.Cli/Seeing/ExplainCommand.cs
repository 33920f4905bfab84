using System.CommandLine;
using HaConnect.Cli.Connecting;
using HaConnect.Cli.Output;
using Spectre.Console;

namespace HaConnect.Cli.Seeing;

/// <summary><c>haconnect explain</c>.</summary>
internal static class ExplainCommand
{
    internal static Command Create(ToolContext context)
    {
        var output = OutputOption.Create();
        var write = new Option<bool>("--write") { Description = "Where a write would go, not a read." };
        var lag = SecondsOption.CreateOptional("--max-lag", "Of a read: the staleness bound, in seconds. Default: the one of the settings.", 0.001, 86_400);
        var consistency = new Option<ReadConsistency?>("--consistency") { Description = "Of a read. Default: the one of the settings." };
        var nodes = new Option<string[]>("--node") { Description = "Of a read: only these nodes." };
        var command = new Command("explain", "Tells where an operation would go now, and of each node why it would be used or not. Ends with 0, or with 2 where it would go nowhere.") { output, write, lag, consistency, nodes };
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            var names = parsed.GetValue(nodes) ?? [];
            await using var cluster = await ObservedCluster.LookAsync(context.Cluster.OptionsOf(parsed), context.Cluster.TimeoutOf(parsed), cancellationToken);
            foreach (var name in names.Where(n => cluster.Snapshot[n] is null))
                throw new UsageException($"--node is {name}; the nodes are {string.Join(", ", cluster.Snapshot.Nodes.Select(n => n.Name))}.");
            var policy = new ReadPolicy { MaxReplicaLag = parsed.GetValue(lag), Consistency = parsed.GetValue(consistency), Nodes = names is [] ? null : names };
            var explanation = parsed.GetValue(write) ? ExplainDocument.Of(cluster.Db.ExplainWrite()) : Read(cluster, policy);
            Print(terminal, explanation, parsed.GetValue(output));
            return explanation.Nodes.Any(n => n.IsChosen) ? ExitCodes.Ok : ExitCodes.Down;
        }));
        return command;
    }

    private static ExplainDocument Read(ObservedCluster cluster, ReadPolicy policy)
    {
        try
        {
            return ExplainDocument.Of(cluster.Db.ExplainRead(policy));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static void Print(Terminal terminal, ExplainDocument explanation, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            ToolJson.Write(terminal.Output, explanation, j => j.ExplainDocument);
            return;
        }

        if (format == OutputFormat.Csv)
        {
            Csv.Write(terminal.Output, ["node", "chosen", "why"]);
            foreach (var node in explanation.Nodes)
                Csv.Write(terminal.Output, [node.Node, node.IsChosen ? "true" : "false", node.Why]);
            return;
        }

        terminal.Console.WriteLine(explanation.Outcome);
        foreach (var node in explanation.Nodes)
            terminal.Console.Write(new Text($"  {(node.IsChosen ? '*' : ' ')} {node.Node}: {node.Why}\n"));
    }
}
