using System.CommandLine;
using HaConnect.Cli.Connecting;
using HaConnect.Cli.Output;
using HaConnect.Operations;
using Spectre.Console;

namespace HaConnect.Cli.Seeing;

/// <summary><c>haconnect doctor</c>.</summary>
internal static class DoctorCommand
{
    internal static Command Create(ToolContext context)
    {
        var output = OutputOption.Create();
        var failOn = new Option<FindingSeverity>("--fail-on") { Description = "The least severity that makes it end with 1.", DefaultValueFactory = _ => FindingSeverity.Unsafe };
        var sql = new Option<bool>("--sql") { Description = "Print a psql script of what mends the findings, to read and to run by hand. Nothing is run." };
        var subscribers = new Option<string[]>("--subscriber") { Description = "A connection string, without password, of a database that subscribes to this one by logical replication: its tables are compared. Can be given several times.", DefaultValueFactory = _ => [] };
        var command = new Command("doctor", "Looks for what would make a failover unsafe, and for what one would miss. Changes nothing. Ends with 0, or with 1 where it found something of the severity of --fail-on or worse.") { output, failOn, sql, subscribers };
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            var options = context.Cluster.OptionsOf(parsed);
            var connections = parsed.GetValue(subscribers)!.Select(s => SettingsReader.Parse(s, "--subscriber").ConnectionString).ToList();
            IReadOnlyList<ClusterFinding> findings;
            await using (var db = new HaDataSourceBuilder(options).Build())
                findings = await db.Cluster.DiagnoseAsync(cancellationToken);
            if (connections.Count > 0)
                findings = [.. findings.Concat(await CompareAsync(options, connections, context.Cluster.TimeoutOf(parsed), cancellationToken)).OrderByDescending(f => f.Severity)];
            if (parsed.GetValue(sql))
                await terminal.Output.WriteAsync(ClusterDoctorScript.Write(findings));
            else
                Print(terminal, new DoctorDocument(1, options.ClusterName, findings), parsed.GetValue(output));
            return findings.Any(f => f.Severity >= parsed.GetValue(failOn)) ? ExitCodes.Attention : ExitCodes.Ok;
        }));
        return command;
    }

    /// <summary>As an observer, whatever the settings say.</summary>
    private static async Task<List<ClusterFinding>> CompareAsync(HaDatabaseOptions options, IEnumerable<string> subscribers, TimeSpan timeout, CancellationToken cancellationToken)
    {
        options.Connections.WaitTimeout = timeout;
        await using var cluster = await ObservedCluster.LookAsync(options, timeout, cancellationToken);
        List<ClusterFinding> findings = [];
        foreach (var subscriber in subscribers)
            findings.AddRange(await SubscriberDoctor.CompareAsync(cluster.Db, subscriber, cancellationToken));
        return findings;
    }

    private static void Print(Terminal terminal, DoctorDocument document, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            ToolJson.Write(terminal.Output, document, j => j.DoctorDocument);
            return;
        }

        if (format == OutputFormat.Csv)
        {
            Csv.Write(terminal.Output, ["severity", "code", "node", "problem", "remedy", "sql", "run_at", "needs_restart", "link"]);
            foreach (var f in document.Findings)
                Csv.Write(terminal.Output, [f.Severity.ToString(), f.Code, f.Node, f.Problem, f.Remedy, f.Sql, f.RunAt, f.NeedsRestart ? "true" : "false", f.Link]);
            return;
        }

        if (document.Findings.Count == 0)
            terminal.Console.WriteLine("Nothing found.");
        foreach (var f in document.Findings)
        {
            terminal.Console.Write(new Markup($"[{Colour(f.Severity)}]{f.Severity}[/] {Markup.Escape(f.Node is null ? "" : $"{f.Node}: ")}{Markup.Escape(f.Problem)} ({Markup.Escape(f.Link)})\n"));
            terminal.Console.Write(new Text($"  {f.Remedy}\n"));
        }
    }

    private static string Colour(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Unsafe => "red",
        FindingSeverity.Warning => "yellow",
        _ => "blue",
    };
}
