using System.CommandLine;
using HaConnect.Cli.Connecting;
using HaConnect.Operations.Runbooks;
using HaConnect.Options;

namespace HaConnect.Cli.Seeing;

/// <summary><c>haconnect runbook</c>.</summary>
internal static class RunbookCommand
{
    internal static Command Create(ToolContext context)
    {
        var output = new Option<string>("--output", "-o") { Description = "markdown.", DefaultValueFactory = _ => "markdown" };
        output.AcceptOnlyFromAmong("markdown");
        var file = new Option<FileInfo?>("--file") { Description = "Where it is written. Default: standard output." };
        var lost = new Option<string?>("--lost") { Description = "For the loss of which node; of a standby, only how it comes back is written. Default: the primary's." };
        var username = new Option<string?>("--username") { Description = "As whom its statements are run. Default: Failover.ControlUsername of the settings, where Failover.Mode is Coordinate." };
        var command = new Command("runbook", "Writes the procedures of this very cluster by hand, for an emergency in which HaConnect cannot act: failover, return of the old primary, loss of quorum, restore. Contains no password. Changes nothing.") { output, file, lost, username };
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            var options = context.Cluster.OptionsOf(parsed);
            var user = UserOf(parsed.GetValue(username), options); // before Mode is changed to look
            if (string.IsNullOrEmpty(options.Failover.Replication.Username))
                throw new UsageException("Failover.Replication.Username is not set, as which standbys connect to a primary: the written commands would not point them to one. Set it in the settings (--config) or the environment.");
            await using var cluster = await ObservedCluster.LookAsync(options, context.Cluster.TimeoutOf(parsed), cancellationToken);
            var facts = await RunbookReader.ReadAsync(cluster.Snapshot, options, user, Lost(parsed.GetValue(lost), cluster), cancellationToken);
            if (facts.Strangers is { Count: > 0 } strangers)
                throw new UsageException($"The cluster has {string.Join(", ", strangers)} on record, and the settings name {string.Join(", ", facts.Nodes.Select(n => n.Name))}: commands with these names would not fit. Give the settings of the application (--config), or Nodes with the same names.");
            var text = Runbook.Write(facts);
            if (parsed.GetValue(file) is { } to)
                await File.WriteAllTextAsync(to.FullName, text, cancellationToken);
            else
                await terminal.Output.WriteAsync(text);
            return ExitCodes.Ok;
        }));
        return command;
    }

    /// <summary>An observer's user could not run what is written, which would be found out in the emergency.</summary>
    internal static string UserOf(string? given, HaDatabaseOptions options) => (given, options.Failover) switch
    {
        ({ Length: > 0 }, _) => given,
        (null, { Mode: FailoverMode.Coordinate, ControlUsername: { Length: > 0 } control }) => control,
        _ => throw new UsageException("--username is not given, and the settings name no control user (Failover.ControlUsername, with Failover.Mode = Coordinate): give with --username as whom the statements are to be run, a superuser or a role with the rights of the control user (docs/operations/roles.sql)."),
    };

    private static string Lost(string? named, ObservedCluster cluster)
    {
        string[] nodes = [.. ConfiguredNode.DataNodesOf(cluster.Options).Select(n => n.Name)];
        if (named is not null && !nodes.Contains(named, StringComparer.Ordinal))
            throw new UsageException($"--lost is {named}; the data nodes are {string.Join(", ", nodes)}.");
        if (nodes.Length < 2)
            throw new UsageException($"{string.Join(", ", nodes)} is the only data node in the settings: there is nobody to succeed it. List the others.");
        return named ?? cluster.Snapshot.Primary?.Name ?? cluster.Snapshot.NewestTerm?.Primary switch
        {
            { Length: > 0 } onRecord when nodes.Contains(onRecord, StringComparer.Ordinal) => onRecord,
            _ => throw new UsageException("No primary was seen, and no term on record names one: say with --lost for the loss of which node the procedures are to be."),
        };
    }
}
