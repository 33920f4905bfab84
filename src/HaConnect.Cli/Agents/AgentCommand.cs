using System.CommandLine;
using HaConnect.Cli.Output;
using HaConnect.Operations;
using Microsoft.Extensions.Logging;

namespace HaConnect.Cli.Agents;

/// <summary><c>haconnect agent</c>: a coordinator without an application.</summary>
internal static class AgentCommand
{
    private const string Name = "agent";

    internal static Command Create(ToolContext context)
    {
        var audit = new Option<DirectoryInfo?>("--audit-folder") { Description = "Keeps the audit trail in this folder, of this process alone (docs/operations/audit.md)." };
        var unit = new Option<bool>("--systemd-unit") { Description = "Print a unit file for systemd, for this program and the file of --config, and end." };
        var command = new Command(Name, "Coordinates the cluster as an application's instance does, until SIGTERM or Ctrl-C; then another takes over at once. Needs Failover.Mode = Coordinate. Logs to standard error.") { audit, unit };
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            if (parsed.GetValue(unit))
            {
                await terminal.Output.WriteAsync(SystemdUnit.Write(SystemdUnit.ThisProgram(), parsed.GetValue(context.Cluster.Config)?.FullName, parsed.GetValue(context.Cluster.Section)!));
                return ExitCodes.Ok;
            }

            var options = context.Cluster.OptionsOf(parsed);
            if (options.Failover.Mode != FailoverMode.Coordinate)
                throw new UsageException($"{Name} coordinates, and Failover.Mode is {options.Failover.Mode}: set it to Coordinate, with the control user (Failover.ControlUsername), as all instances that coordinate have it.");
            await RunAsync(terminal, options, parsed.GetValue(audit), cancellationToken);
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static async Task RunAsync(Terminal terminal, HaDatabaseOptions options, DirectoryInfo? auditFolder, CancellationToken cancellationToken)
    {
        // A shell within a session of systemd has inherited the variable.
        var isJournal = !terminal.ShowsProgress && Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };
        using var loggers = new AgentLog(terminal.Error, TimeProvider.System, isJournal);
        var logger = loggers.CreateLogger("HaConnect.Agent");
        await using var audit = auditFolder is null ? null : AuditFile.Open(auditFolder.FullName, logger: loggers.CreateLogger("HaConnect.Audit"));
        var builder = new HaDataSourceBuilder(options).UseLoggerFactory(loggers);
        if (audit is not null)
            builder.AddAuditSink(audit);
        await using var db = builder.Build();
        db.Start();
        AgentMessages.Started(logger, options.ClusterName);
        ServiceManager.Notify("READY=1", logger);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ServiceManager.Notify("STOPPING=1", logger);
        AgentMessages.Stopping(logger, options.ClusterName);
    }
}
