using System.CommandLine;
using HaConnect.Audit;
using HaConnect.Cli.Backups;
using HaConnect.Cli.Drilling.History;
using HaConnect.Cli.Drilling.Load;
using HaConnect.Cli.Drilling.Local;
using HaConnect.Cli.Output;
using HaConnect.Operations;
using HaConnect.Operations.Drills.Reporting;
using HaConnect.Testing;
using Spectre.Console;

namespace HaConnect.Cli.Drilling;

/// <summary><c>haconnect drill</c>.</summary>
internal static class DrillCommand
{
    internal const string Name = "drill";

    /// <summary>What was broken is brought back first.</summary>
    internal static readonly TimeSpan ToEndInOrder = TimeSpan.FromMinutes(6);

    internal static Command Create(ToolContext context)
    {
        var arguments = new DrillArguments();
        arguments.Output.AcceptOnlyFromAmong("table", "json");
        var command = new Command(Name, "Breaks a cluster on purpose, under a workload, measures what becomes of it, and brings it back: a throw-away one (--local), or a staging cluster (--cluster NAME, with the commands that break and mend it). "
            + "Ends with 0 where every target was met, else with 1.") { arguments.Kind, DrillHistoryCommand.Create(context), LoadDrillCommand.Create(context), BackupDrillCommand.Create(context, "restore") };
        foreach (var option in arguments.Options)
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            try
            {
                return await RunAsync(context, arguments, parsed, terminal, cancellationToken);
            }
            catch (DrillInterruptedException e)
            {
                await terminal.Error.WriteLineAsync(e.Message);
                return ExitCodes.Interrupted;
            }
            catch (Exception e) when (e is DrillRefusedException or DrillFailedException or PostgresClusterException or TimeoutException)
            {
                await terminal.Error.WriteLineAsync(e.Message);
                return ExitCodes.Attention;
            }
        }));
        return command;
    }

    private static async Task<int> RunAsync(ToolContext context, DrillArguments arguments, ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var plan = arguments.IsLocal(parsed) ? arguments.PlanOf(parsed) : null;
        if (plan is null && !context.Cluster.NamesACluster(parsed))
            throw new UsageException("Which cluster is to be broken? --local makes a throw-away one. For a staging cluster give its settings (--config FILE) and its name (--cluster NAME).");
        var settings = plan is null ? context.Cluster.OptionsOf(parsed) : new HaDatabaseOptions();
        var before = arguments.OptionsOf(parsed, terminal, null, AuditedCommand.AskerOf(settings)); // what does not go together is said before a folder is made
        await using var audit = arguments.AuditFolder(parsed) is { } folder ? AuditFile.Open(folder) : null;
        before.Audit = audit;
        var report = plan is null
            ? await Drill.RunAsync(settings, before, cancellationToken)
            : await LocalDrill.RunAsync(plan, before, audit, cancellationToken);
        var files = await DrillFiles.WriteAsync(report, arguments.ReportFolder(parsed));
        Print(terminal, report, files, parsed.GetValue(arguments.Output));
        return report.Passed ? ExitCodes.Ok : ExitCodes.Attention;
    }

    private static void Print(Terminal terminal, DrillReport report, IReadOnlyList<string> files, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            terminal.Output.WriteLine(report.ToJson());
            return;
        }

        if (!terminal.ShowsProgress)
        {
            foreach (var e in report.Findings.Timeline)
                terminal.Console.WriteLine(FormattableString.Invariant($"  {e.SecondsAfterFault,8:+0.000;-0.000;0.000}  {e.Label,-12}  {e.Sentence}"));
        }

        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("what").AddColumn("value");
        foreach (var (name, value) in DrillDocument.Figures(report.Findings))
            table.AddRow(Markup.Escape(name), Markup.Escape(value));
        terminal.Console.Write(table);
        foreach (var problem in report.Problems)
            terminal.Console.MarkupLineInterpolated($"[red]NOT PASSED[/] {problem}");
        if (report.Passed)
            terminal.Console.MarkupLineInterpolated($"[green]PASSED[/] {report.Outcome.Sentence["Passed: ".Length..]}");
        terminal.Console.WriteLine($"Report: {string.Join(", ", files)}");
    }
}
