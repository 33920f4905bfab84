using System.CommandLine;
using System.Globalization;
using HaConnect.Audit;
using HaConnect.Cli.Acting;
using HaConnect.Cli.Output;
using HaConnect.Operations;
using Spectre.Console;

namespace HaConnect.Cli.Backups;

/// <summary><c>haconnect backup drill</c>, which is <c>haconnect drill restore</c> too.</summary>
internal static class BackupDrillCommand
{
    internal static Command Create(ToolContext context, string name)
    {
        var (repository, files, what) = (new RepositoryArguments(), new ReportFiles(), new DrillArguments());
        var output = OutputOption.Create();
        output.AcceptOnlyFromAmong("table", "json");
        var auditFolder = new Option<DirectoryInfo?>("--audit-folder") { Description = "Keeps the outcome as a record of an audit trail in this folder, of this process alone (docs/operations/audit.md)." };
        var command = new Command(name, "Restores a backup beside, recovers it to a point in time, proves that, reads every table, says how long it took, and removes the copy. Ends with 0 (proven), 2 (not) or 3 (could not be found out).") { output, auditFolder };
        foreach (var option in repository.All.Concat(what.All).Concat(files.All))
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => context.RunAsync(terminal => BackupInput.RunAsync(async () =>
        {
            await using var primary = await ClusterPrimary.FindAsync(context, parsed, cancellationToken);
            var options = new BackupDrillOptions { Primary = primary.Source, Cluster = primary.Cluster, Progress = new ProgressTo(terminal) };
            repository.Set(options.Repository, parsed);
            what.Set(options, primary, parsed);
            await using var audit = parsed.GetValue(auditFolder) is { } folder ? AuditFile.Open(folder.FullName) : null;
            var report = await BackupDrill.RunAsync(options, cancellationToken);
            audit?.Write(report.ToOutcome().ToAuditRecord(Environment.MachineName, AuditedCommand.AskerOf(new HaDatabaseOptions()), TimeProvider.System.GetUtcNow()));
            await files.WriteAsync(parsed, report.ToHtml, report.ToMarkdown, cancellationToken);
            if (parsed.GetValue(output) == OutputFormat.Json)
                await terminal.Output.WriteLineAsync(report.ToJson());
            else
                Print(terminal, report);
            return report.Passed ? ExitCodes.Ok : (int)CheckState.Critical;
        })));
        return command;
    }

    private static void Print(Terminal terminal, BackupDrillReport report)
    {
        terminal.Console.Write(new Markup($"[{(report.Passed ? "green" : "red")}]{(report.Passed ? "OK" : "FAILED")}[/] {Markup.Escape(report.Verdict)}.\n\n"));
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("part", "seconds");
        foreach (var phase in report.Phases)
            table.AddRow(phase.Name, phase.Duration.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture));
        if (report.RestoreTime is { } time)
            table.AddRow("time to restore", time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture));
        terminal.Console.Write(table);
        foreach (var finding in report.Findings)
            terminal.Console.Write(new Markup($"[{ReportColours.Of(finding.State)}]{finding.State}[/] {Markup.Escape(finding.ToString())}\n"));
        foreach (var note in report.Notes)
            terminal.Console.WriteLine(note);
    }
}
