using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using HaConnect.Cli.Acting;
using HaConnect.Cli.Drilling.Local;
using HaConnect.Cli.Output;
using HaConnect.Operations;

namespace HaConnect.Cli.Drilling;

/// <summary>The arguments of <c>haconnect drill</c>: what all drills have, what a throw-away cluster has, and what a cluster that runs elsewhere needs.</summary>
internal sealed class DrillArguments
{
    private static readonly DrillOptions s_defaults = new();

    private readonly Option<bool> _local = new("--local") { Description = "On a throw-away cluster, made here for the drill." };
    private readonly Option<string?> _fault = FaultOption();
    private readonly Option<bool> _async = new("--async") { Description = "With --local: asynchronous replication. Acked writes can be lost; they are counted and named, and fail the drill only with --target-loss." };
    private readonly Option<bool> _withCoordinator = new("--with-coordinator") { Description = "With --local: the coordinator in office is lost with the primary. Always so for a site." };

    private readonly Option<string?> _cluster = new("--cluster") { Description = "The name of the cluster that is to be broken, as a confirmation." };
    private readonly Option<string?> _environment = new("--environment") { Description = "What that cluster is for, where its settings do not say it (Environment): staging, test. Never production." };
    private readonly Option<string?> _faultCommand = new("--fault-command") { Description = "The command that strikes the primary, by the shell: HACONNECT_NODE, HACONNECT_HOST and HACONNECT_PORT name it." };
    private readonly Option<string?> _restoreCommand = new("--restore-command") { Description = "The command that brings a node back as a standby, by the shell, likewise; run for each node that has to be." };
    private readonly Option<string[]> _siteNodes = new("--site-node") { Description = "Of a site: a node that --fault-command strikes beside the primary. Can be given several times.", DefaultValueFactory = _ => [] };

    private readonly Option<TimeSpan> _seconds = SecondsOption.Create("--seconds", "How long the workload runs; the fault comes at a third of it.", DrillOptions.LeastDuration.TotalSeconds, DrillOptions.MostDuration.TotalSeconds, s_defaults.Duration);
    private readonly Option<int> _writers = CountOption.Create("--writers", "How many write at once, without pauses.", s_defaults.Writers, 1, DrillOptions.MostClients);
    private readonly Option<int> _readers = CountOption.Create("--readers", "How many read at once.", s_defaults.Readers, 0, DrillOptions.MostClients);
    private readonly Option<string?> _command = new("--command") { Description = "A program of your own as the workload, by the shell, instead of --writers. It is ended with the drill; what is measured is a probe beside it." };
    private readonly Option<TimeSpan> _targetRecovery = SecondsOption.Create("--target-recovery", "Within how many seconds after the fault a write has to be acked (RTO).", 0.001, 86_400, s_defaults.TargetRecovery);
    private readonly Option<long?> _targetLoss = new("--target-loss") { Description = "How many acked writes may be lost (RPO). Default 0, with --async any number.", CustomParser = ParseLoss };
    private readonly Option<DirectoryInfo> _report = new("--report") { Description = "The folder for the report as Markdown, HTML and JSON.", DefaultValueFactory = _ => new DirectoryInfo("drills") };
    private readonly Option<DirectoryInfo?> _auditFolder = new("--audit-folder") { Description = "Keeps the audit trail of the drill and its outcome in this folder, of this process alone (docs/operations/audit.md)." };

    internal Argument<string> Kind { get; } = KindArgument();

    internal Option<OutputFormat> Output { get; } = OutputOption.Create();

    internal IEnumerable<Option> Options =>
    [
        _local, _fault, _async, _withCoordinator, _cluster, _environment, _faultCommand, _restoreCommand, _siteNodes, _seconds, _writers, _readers, _command, _targetRecovery, _targetLoss, _report, _auditFolder, Output,
    ];

    internal bool IsLocal(ParseResult parsed) => parsed.GetValue(_local);

    internal DirectoryInfo ReportFolder(ParseResult parsed) => parsed.GetValue(_report)!;

    internal string? AuditFolder(ParseResult parsed) => parsed.GetValue(_auditFolder)?.FullName;

    /// <exception cref="UsageException">Arguments that do not go together.</exception>
    internal LocalPlan PlanOf(ParseResult parsed)
    {
        Refuse(parsed, "--local makes a cluster of its own, and goes without", _cluster, _environment, _faultCommand, _restoreCommand, _siteNodes);
        var fault = parsed.GetValue(_fault) switch
        {
            "freeze" => LocalFault.Freeze,
            "cut" => LocalFault.Cut,
            _ => LocalFault.Kill,
        };
        if (KindOf(parsed) == DrillKind.Switchover)
            Refuse(parsed, "A switchover breaks nothing, and goes without", _fault, _withCoordinator);
        return new LocalPlan(KindOf(parsed), fault, parsed.GetValue(_async), parsed.GetValue(_withCoordinator));
    }

    internal DrillOptions OptionsOf(ParseResult parsed, Terminal terminal, IAuditSink? audit, string by)
    {
        if (!IsLocal(parsed))
            Refuse(parsed, "Without --local goes no", _fault, _async, _withCoordinator);
        if (parsed.GetValue(_command) is not null)
            Refuse(parsed, "--command is the workload, and goes without", _writers, _readers);
        var options = new DrillOptions
        {
            Kind = KindOf(parsed),
            Cluster = parsed.GetValue(_cluster) ?? "",
            Environment = parsed.GetValue(_environment),
            FaultCommand = parsed.GetValue(_faultCommand),
            RestoreCommand = parsed.GetValue(_restoreCommand),
            Duration = parsed.GetValue(_seconds),
            Writers = parsed.GetValue(_writers),
            Readers = parsed.GetValue(_readers),
            Command = parsed.GetValue(_command),
            TargetRecovery = parsed.GetValue(_targetRecovery),
            TargetLoss = parsed.GetValue(_targetLoss) ?? (parsed.GetValue(_async) ? null : s_defaults.TargetLoss),
            Audit = audit,
            By = by,
            Progress = new ProgressTo(terminal),
        };
        foreach (var node in parsed.GetValue(_siteNodes)!)
            options.SiteNodes.Add(node);
        return options;
    }

    private DrillKind KindOf(ParseResult parsed) => parsed.GetValue(Kind) switch
    {
        "switchover" => DrillKind.Switchover,
        "site" => DrillKind.Disaster,
        _ => DrillKind.Failover,
    };

    private static void Refuse(ParseResult parsed, string why, params Option[] options)
    {
        if (Array.Find(options, o => parsed.GetResult(o) is { Implicit: false }) is { } given)
            throw new UsageException($"{why} {given.Name}.");
    }

    private static Argument<string> KindArgument()
    {
        var kind = new Argument<string>("kind") { Description = "failover: the primary is lost. switchover: it hands over in good order. site: it is lost with all of its site.", DefaultValueFactory = _ => "failover" };
        kind.AcceptOnlyFromAmong("failover", "switchover", "site");
        return kind;
    }

    private static Option<string?> FaultOption()
    {
        var fault = new Option<string?>("--fault") { Description = "With --local: kill (SIGKILL, the default), freeze (SIGSTOP) or cut (off the network; needs root)." };
        fault.AcceptOnlyFromAmong("kill", "freeze", "cut");
        return fault;
    }

    private static long? ParseLoss(ArgumentResult result)
    {
        if (long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return value;
        result.AddError($"--target-loss is {result.Tokens[0].Value}; it must be a whole number, 0 or more.");
        return null;
    }
}
