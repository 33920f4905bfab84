using System.CommandLine;
using HaConnect.Cli.Output;
using HaConnect.Operations.Planning;

namespace HaConnect.Cli.Planning;

/// <summary><c>haconnect plan</c>: writes a cluster down before it is built, and holds one that runs against it.</summary>
internal static class PlanCommand
{
    internal static Command Create(ToolContext context)
    {
        var (options, output) = (new PlanOptions(), OutputOption.Create());
        output.Description = "table (Markdown, to read), json (with a schemaVersion) or csv (what each loss costs; with --verify the differences).";
        var save = new Option<FileInfo?>("--save") { Description = "Keep what is wanted in this file, for --file." };
        var commands = new Option<string?>("--commands") { Description = "Print the shell commands that set this node or witness up on its host, and nothing else." };
        var verify = new Option<bool>("--verify") { Description = "Hold the running cluster against the plan. Changes nothing. Ends with 0, or with 1 where something differs." };
        var command = new Command("plan", "Writes down a cluster that is to be built: votes, what each failure costs, the settings of servers and applications, and the commands that set it up.") { output, save, commands, verify };
        foreach (var option in options.All)
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            var (plan, problems) = Checked(DescriptionOf(options, parsed, terminal));
            if (parsed.GetValue(save) is { } file)
                await File.WriteAllTextAsync(file.FullName, PlanJson.Write(plan) + "\n", cancellationToken);
            if (parsed.GetValue(verify))
                return await VerifyCommand.RunAsync(context, terminal, plan, parsed, parsed.GetValue(output), cancellationToken);
            if (parsed.GetValue(commands) is { } name)
                await terminal.Output.WriteAsync(NodeCommands.Of(plan, NodeOf(plan, name)));
            else
                Print(terminal, plan, problems, parsed.GetValue(output));
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static PlanDescription DescriptionOf(PlanOptions options, ParseResult parsed, Terminal terminal)
    {
        var plan = options.DescriptionOf(parsed);
        if (!options.AreMissing(parsed))
            return plan;
        return !Console.IsInputRedirected && terminal.ShowsProgress
            ? PlanQuestions.Ask(plan, Console.In, terminal.Error)
            : throw new UsageException("Nothing says which nodes there are to be. Give --nodes n1=host:port@place,… or --file plan.json.");
    }

    /// <exception cref="UsageException">No plan can be made of it.</exception>
    private static (PlanDescription Plan, IReadOnlyList<PlanProblem> Problems) Checked(PlanDescription plan)
    {
        var problems = PlanCheck.Of(plan);
        return problems.Where(p => p.IsRefusal).ToList() is { Count: > 0 } refusals ? throw new UsageException(string.Join('\n', refusals.Select(r => r.Text))) : (plan, problems);
    }

    private static PlannedNode NodeOf(PlanDescription plan, string name) => plan.Nodes.Concat(plan.Witnesses).FirstOrDefault(n => n.Name == name)
        ?? throw new UsageException($"--commands is {name}; the plan has {string.Join(", ", plan.Nodes.Concat(plan.Witnesses).Select(n => n.Name))}.");

    private static void Print(Terminal terminal, PlanDescription plan, IReadOnlyList<PlanProblem> problems, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            ToolJson.Write(terminal.Output, PlanDocument.Of(plan, problems), j => j.PlanDocument);
            return;
        }

        if (format == OutputFormat.Table)
        {
            terminal.Output.Write(PlanMarkdown.Of(plan, problems));
            return;
        }

        Csv.Write(terminal.Output, ["lost", "writes", "writes_go_on", "failover", "failover_possible", "acked", "time"]);
        foreach (var l in LossTable.Of(plan))
            Csv.Write(terminal.Output, [l.What, l.Writes, l.WritesGoOn ? "true" : "false", l.Failover, l.FailoverPossible ? "true" : "false", l.Acked, l.Time == "-" ? null : l.Time]);
    }
}
