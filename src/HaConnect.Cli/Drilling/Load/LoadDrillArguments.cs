using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using HaConnect.Cli.Reporting;
using HaConnect.Operations.Drills.Load;

namespace HaConnect.Cli.Drilling.Load;

/// <summary>The arguments of <c>haconnect drill load</c>.</summary>
internal sealed class LoadDrillArguments
{
    private const int MostStandbys = 4;
    private static readonly LoadDrillOptions s_defaults = new() { Peak = new LoadRate(1000, IsWal: false) };

    private readonly Option<bool> _local = new("--local") { Description = "On a throw-away cluster, made here for the drill." };
    private readonly Option<int> _standbys = CountOption.Create("--standbys", "With --local: how many standbys it has.", 2, 1, MostStandbys);
    private readonly Option<string?> _cluster = new("--cluster") { Description = "The name of the cluster that is to be loaded, as a confirmation." };
    private readonly Option<string?> _environment = new("--environment") { Description = "What that cluster is for, where its settings do not say it (Environment): staging, test. Never production." };
    private readonly Option<LoadRate> _peak = new("--peak") { Description = "The load of the last step: writes a second (2000), or WAL a second (20MB, as PostgreSQL counts).", Required = true, CustomParser = Peak };
    private readonly Option<int> _steps = CountOption.Create("--steps", "In how many equal steps it is reached.", s_defaults.Steps, 1, LoadDrillOptions.MostSteps);
    private readonly Option<TimeSpan> _stepSeconds = SecondsOption.Create("--step-seconds", "How long each is held.", LoadDrillOptions.LeastStep.TotalSeconds, LoadDrillOptions.MostStep.TotalSeconds, s_defaults.StepDuration);
    private readonly Option<int> _writers = CountOption.Create("--writers", "How many write at once.", s_defaults.Writers, 1, LoadDrillOptions.MostWriters);
    private readonly Option<TimeSpan> _maxLag = SecondsOption.Create("--max-lag", "Below how many seconds every standby has to stay at the peak.", 0.001, LoadDrillOptions.MostMaxLag.TotalSeconds, s_defaults.MaxLag);
    private readonly Option<string[]> _exporters = new("--exporter") { Description = "NODE=URL of the node_exporter of a node's host, for CPU, I/O wait and disk: n1=http://db1:9100/metrics. Can be given several times.", DefaultValueFactory = _ => [] };
    private readonly Option<DirectoryInfo?> _report = new("--report") { Description = "The folder for the report as Markdown, HTML and JSON." };
    private readonly Option<DirectoryInfo?> _audit = new("--audit-folder") { Description = "Keeps the outcome as a record of an audit trail in this folder, of this process alone (docs/operations/audit.md)." };

    internal Option<ReportOutput> Output { get; } = new("--output", "-o") { Description = "markdown, html (with the chart) or json (with a schemaVersion).", DefaultValueFactory = _ => ReportOutput.Markdown };

    internal IEnumerable<Option> Options => [_local, _standbys, _cluster, _environment, _peak, _steps, _stepSeconds, _writers, _maxLag, _exporters, _report, _audit, Output];

    internal bool IsLocal(ParseResult parsed) => parsed.GetValue(_local);

    internal int StandbysOf(ParseResult parsed) => parsed.GetValue(_standbys);

    internal string? ClusterOf(ParseResult parsed) => parsed.GetValue(_cluster);

    internal string? EnvironmentOf(ParseResult parsed) => parsed.GetValue(_environment);

    internal DirectoryInfo? ReportFolder(ParseResult parsed) => parsed.GetValue(_report);

    internal string? AuditFolder(ParseResult parsed) => parsed.GetValue(_audit)?.FullName;

    /// <exception cref="UsageException">They cannot be used, or do not go together.</exception>
    internal LoadDrillOptions OptionsOf(ParseResult parsed)
    {
        if (IsLocal(parsed) && (parsed.GetValue(_cluster) ?? parsed.GetValue(_environment)) is not null)
            throw new UsageException("--local makes a cluster of its own, and goes without --cluster and --environment.");
        if (!IsLocal(parsed) && parsed.GetResult(_standbys) is { Implicit: false })
            throw new UsageException("--standbys goes with --local only: another cluster has those that it has.");
        return s_defaults with
        {
            Peak = parsed.GetValue(_peak),
            Steps = parsed.GetValue(_steps),
            StepDuration = parsed.GetValue(_stepSeconds),
            Writers = parsed.GetValue(_writers),
            MaxLag = parsed.GetValue(_maxLag),
            Exporters = Exporters(parsed.GetValue(_exporters)!),
        };
    }

    private static Dictionary<string, Uri> Exporters(string[] texts)
    {
        var exporters = new Dictionary<string, Uri>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (text.Split('=', 2) is not [{ Length: > 0 } node, var address] || !Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                throw new UsageException($"--exporter is {text}; it must be NODE=URL, for instance n1=http://db1:9100/metrics.");
            exporters[node] = uri;
        }

        return exporters;
    }

    private static LoadRate Peak(ArgumentResult result)
    {
        if (LoadRate.TryParse(result.Tokens[0].Value, out var rate))
            return rate;
        result.AddError($"--peak is {result.Tokens[0].Value}; it must be writes a second ({LoadRate.LeastWrites} to {LoadRate.MostWrites:0}), or WAL a second with kB, MB or GB (1kB to 100GB).");
        return rate;
    }
}
