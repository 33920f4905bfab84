using System.CommandLine;
using HaConnect.Cli.Connecting;
using HaConnect.Cli.Output;
using HaConnect.Operations;

namespace HaConnect.Cli.Reporting;

/// <summary><c>haconnect report incident</c>: a post-mortem, filled in as far as the audit trail knows.</summary>
internal static class IncidentCommand
{
    internal static Command Create(ToolContext context)
    {
        var folders = new Argument<string[]>("folder") { Description = "The folder of an instance's audit trail; those of all instances tell the whole story. None: the copy on the cluster that the settings name.", Arity = ArgumentArity.ZeroOrMore };
        var term = new Option<long?>("--term") { Description = "The incident in which this term was taken." };
        var at = new Option<DateTimeOffset?>("--at") { Description = "The incident at this moment, or the next to it within ten minutes." };
        var cluster = new Option<string?>("--cluster") { Description = "The cluster, where the folders tell of several." };
        var output = new Option<ReportOutput>("--output", "-o") { Description = "markdown, html or json (with a schemaVersion).", DefaultValueFactory = _ => ReportOutput.Markdown };
        var file = new Option<FileInfo?>("--file") { Description = "Write it into this file. One that is there is not overwritten: people may have filled it in." };
        var command = new Command("incident", "A post-mortem of the last failover or switchover, done or refused, or of the one that is named, filled in with what the audit trail knows. The rest is marked for people to fill in.") { folders, term, at, cluster, output, file };
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            var target = parsed.GetValue(file);
            if (target is { Exists: true })
                throw new UsageException($"--file is {target.FullName}, which is there already: people may have filled it in. Name another, or remove it.");
            var which = new IncidentSelection { Term = parsed.GetValue(term), At = parsed.GetValue(at), ClusterName = parsed.GetValue(cluster) };
            var report = await ReadAsync(context, parsed, parsed.GetValue(folders)!, which, cancellationToken);
            var text = parsed.GetValue(output) switch
            {
                ReportOutput.Html => report.ToHtml(),
                ReportOutput.Json => report.ToJson() + "\n",
                _ => report.ToMarkdown(),
            };
            if (target is null)
                await terminal.Output.WriteAsync(text);
            else
                await WriteAsync(terminal, target, text, report, cancellationToken);
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static async Task<IncidentReport> ReadAsync(ToolContext context, ParseResult parsed, string[] folders, IncidentSelection which, CancellationToken cancellationToken)
    {
        if (Array.Find(folders, f => !Directory.Exists(f)) is { } missing)
            throw new UsageException($"'{missing}' is no folder.");
        try
        {
            if (folders.Length > 0)
                return IncidentReport.ReadFolders(folders, which);
            var (settings, timeout) = (context.Cluster.OptionsOf(parsed), context.Cluster.TimeoutOf(parsed));
            settings.Connections.WaitTimeout = timeout;
            await using var observed = await ObservedCluster.LookAsync(settings, timeout, cancellationToken);
            return await IncidentReport.ReadAsync(observed.Db, which, cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static async Task WriteAsync(Terminal terminal, FileInfo file, string text, IncidentReport report, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(file.FullName, text, cancellationToken);
        await terminal.Output.WriteLineAsync(report.Verdict);
        await terminal.Output.WriteLineAsync($"Report: {file.FullName}");
    }
}
