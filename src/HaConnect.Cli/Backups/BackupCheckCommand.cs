using System.CommandLine;
using HaConnect.Cli.Acting;
using HaConnect.Cli.Output;
using HaConnect.Operations;
using HaConnect.Operations.Backups;
using Spectre.Console;

namespace HaConnect.Cli.Backups;

/// <summary><c>haconnect backup check</c>.</summary>
internal static class BackupCheckCommand
{
    internal static Command Create(ToolContext context)
    {
        var (repository, files, limits) = (new RepositoryArguments(), new ReportFiles(), new CheckLimits());
        var output = OutputOption.Create();
        output.AcceptOnlyFromAmong("table", "json");
        var nagios = new Option<bool>("--nagios") { Description = "Print the one line of a plug-in of Nagios, Icinga and their like." };
        var command = new Command("check", "Looks at base backups and archived WAL, and changes nothing. Ends with 0 (OK), 1 (warning), 2 (critical) or 3 (could not be found out). Where a cluster is named its primary is asked, too.") { output, nagios };
        foreach (var option in repository.All.Concat(limits.All).Concat(files.All))
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            try
            {
                return await BackupInput.RunAsync(() => RunAsync(terminal, parsed, cancellationToken));
            }
            catch (Exception e) when (parsed.GetValue(nagios) && (e is UsageException or UnknownException))
            {
                await terminal.Output.WriteLineAsync(new CheckResult("backup", CheckState.Unknown, e.Message, []).ToString()); // a plug-in has no other code for it
                return (int)CheckState.Unknown;
            }
        }));
        return command;

        async Task<int> RunAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellationToken)
        {
            await using var primary = await ClusterPrimary.FindAsync(context, parsed, cancellationToken);
            var options = new BackupCheckOptions { Primary = primary.Source, NoPrimary = primary.Problem, Cluster = primary.Cluster, Progress = new ProgressTo(terminal) };
            repository.Set(options.Repository, parsed);
            limits.Set(options, parsed);
            var report = await BackupCheck.RunAsync(options, cancellationToken);
            await files.WriteAsync(parsed, report.ToHtml, report.ToMarkdown, cancellationToken);
            if (parsed.GetValue(nagios))
                await terminal.Output.WriteLineAsync(report.ToCheckResult().ToString());
            else if (parsed.GetValue(output) == OutputFormat.Json)
                await terminal.Output.WriteLineAsync(report.ToJson());
            else
                Print(terminal, report);
            return (int)report.State;
        }
    }

    private static void Print(Terminal terminal, BackupCheckReport report)
    {
        terminal.Console.Write(new Markup($"[{ReportColours.Of(report.State)}]{report.State}[/] {Markup.Escape(report.Verdict)}\n\n"));
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("backup", "kind", "form", "finished", "size", "WAL up to", "usable");
        foreach (var b in report.Backups)
            table.AddRow(((string[])[b.Name, b.Kind, b.Form, b.FinishedAt is { } at ? Words.Of(at) : "-", b.Size is { } size ? Words.OfSize(size) : "-", b.RecoverableTo ?? "-", b.IsUsable ? "yes" : "no"]).Select(c => new Text(c)));
        terminal.Console.Write(table);
        foreach (var finding in report.Findings)
            terminal.Console.Write(new Markup($"[{ReportColours.Of(finding.State)}]{finding.State}[/] {Markup.Escape(finding.ToString())}\n"));
        foreach (var note in report.Notes)
            terminal.Console.WriteLine(note);
    }
}
