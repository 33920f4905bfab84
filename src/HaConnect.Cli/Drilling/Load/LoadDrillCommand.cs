using System.CommandLine;
using System.Globalization;
using HaConnect.Audit;
using HaConnect.Cli.Acting;
using HaConnect.Cli.Output;
using HaConnect.Cli.Reporting;
using HaConnect.Operations;
using HaConnect.Operations.Drills.Load;
using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Staging;
using HaConnect.Operations.Reports;
using HaConnect.Testing;

namespace HaConnect.Cli.Drilling.Load;

/// <summary><c>haconnect drill load</c>: how late the standbys are at a rising load of writes.</summary>
internal static class LoadDrillCommand
{
    internal static Command Create(ToolContext context)
    {
        var arguments = new LoadDrillArguments();
        var command = new Command("load", "Raises the load of writes in steps up to a peak, and measures how late each standby is: on a throw-away cluster (--local), or on a staging cluster that is named (--cluster). Ends with 0 where every standby stayed below the bound at the peak, else with 1.");
        foreach (var option in arguments.Options)
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            try
            {
                return await RunAsync(context, arguments, parsed, terminal, cancellationToken);
            }
            catch (Exception e) when (e is InvalidOperationException or PostgresClusterException or TimeoutException)
            {
                await terminal.Error.WriteLineAsync(e.Message);
                return ExitCodes.Attention;
            }
        }));
        return command;
    }

    private static async Task<int> RunAsync(ToolContext context, LoadDrillArguments arguments, ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var options = arguments.OptionsOf(parsed);
        var progress = new ProgressTo(terminal);
        await using var local = arguments.IsLocal(parsed) ? await LocalLoadCluster.StartAsync(arguments.StandbysOf(parsed), progress, cancellationToken) : null;
        var settings = local?.Options ?? Confirmed(context.Cluster.OptionsOf(parsed), arguments.ClusterOf(parsed));
        if (local is null && StagingRules.WhyNot(settings, arguments.EnvironmentOf(parsed)) is { } refused)
            throw new InvalidOperationException(refused);
        settings.Failover.Mode = FailoverMode.Observe; // it loads the cluster, and leaves it to others to coordinate it
        await using var audit = arguments.AuditFolder(parsed) is { } folder ? AuditFile.Open(folder) : null;
        LoadReport report;
        await using (var db = new HaDataSourceBuilder(settings).Build())
        {
            await (await db.OpenConnectionAsync(cancellationToken)).DisposeAsync(); // there is a primary
            if (local is null)
                await RefuseProductionAsync(settings, db.Snapshot.Primary!.Name, cancellationToken);
            report = await LoadDrill.RunAsync(db, options, local is not null, progress.Report, cancellationToken);
        }

        audit?.Write(report.Outcome.ToAuditRecord(Environment.MachineName, AuditedCommand.AskerOf(settings), TimeProvider.System.GetUtcNow()));
        var forms = Forms(report);
        await terminal.Output.WriteAsync(forms[parsed.GetValue(arguments.Output)]);
        if (arguments.ReportFolder(parsed) is { } reports)
            await SaveAsync(terminal, report, forms, reports);
        return report.Passed ? ExitCodes.Ok : ExitCodes.Attention;
    }

    /// <exception cref="UsageException">The cluster is not confirmed by its name.</exception>
    private static HaDatabaseOptions Confirmed(HaDatabaseOptions settings, string? name) => name == settings.ClusterName ? settings : throw new UsageException(name is null
        ? $"A load drill fills disks and holds up writes. Confirm the cluster by its name, which is {settings.ClusterName} in these settings: --cluster {settings.ClusterName}. Or take a throw-away one: --local."
        : $"--cluster is {name}, but these settings are of the cluster {settings.ClusterName}. Give the settings of the cluster that is to be loaded, and its name.");

    /// <exception cref="DrillRefusedException">Its instances have said that it is in production.</exception>
    private static async Task RefuseProductionAsync(HaDatabaseOptions settings, string primary, CancellationToken cancellationToken)
    {
        var server = DrillServer.AllOf(settings).First(s => s.Name == primary);
        if (StagingRules.Statement(await TrailStatements.ReadAsync(server, settings.ClusterName, cancellationToken)) is { } statement)
            throw new DrillRefusedException(statement);
    }

    private static Dictionary<ReportOutput, string> Forms(LoadReport report)
    {
        var document = LoadDocument.Of(report);
        return new() { [ReportOutput.Markdown] = MarkdownReport.Write(document), [ReportOutput.Html] = HtmlReport.Write(document), [ReportOutput.Json] = LoadJsonDocument.Of(report).Write() + "\n" };
    }

    /// <summary>In its three forms, side by side.</summary>
    private static async Task SaveAsync(Terminal terminal, LoadReport report, Dictionary<ReportOutput, string> forms, DirectoryInfo folder)
    {
        folder.Create();
        foreach (var (form, text) in forms)
        {
            var extension = form switch
            {
                ReportOutput.Html => "html",
                ReportOutput.Json => "json",
                _ => "md",
            };
            var path = Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"drill-load-{report.At.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}.{extension}"));
            await File.WriteAllTextAsync(path, text, CancellationToken.None);
            await terminal.Error.WriteLineAsync(path);
        }
    }
}
