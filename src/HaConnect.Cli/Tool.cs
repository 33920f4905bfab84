using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using HaConnect.Cli.Acting;
using HaConnect.Cli.Agents;
using HaConnect.Cli.Auditing;
using HaConnect.Cli.Backups;
using HaConnect.Cli.Checking;
using HaConnect.Cli.Drilling;
using HaConnect.Cli.Output;
using HaConnect.Cli.Planning;
using HaConnect.Cli.Reporting;
using HaConnect.Cli.Roles;
using HaConnect.Cli.Seeing;
using HaConnect.Cli.Verifying;

namespace HaConnect.Cli;

/// <summary>The command line as a whole: parse, call, print.</summary>
internal static class Tool
{
    /// <summary>A command that is called off takes back what it asked for, and an agent finishes what it has begun, for up to ten seconds.</summary>
    private static readonly TimeSpan ToEndInOrder = TimeSpan.FromSeconds(15);

    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var context = new ToolContext(terminal);
        var root = new RootCommand("Status, diagnosis and commands for a PostgreSQL cluster that HaConnect knows. docs/operations/tool.md")
        {
            StatusCommand.Create(context), WatchCommand.Create(context), ExplainCommand.Create(context), DoctorCommand.Create(context), RunbookCommand.Create(context), CheckCommand.Create(context), AuditCommands.Create(context),
            InitRolesCommand.Create(context), AgentCommand.Create(context),
        };
        foreach (var command in ActCommands.Create(context))
            root.Add(command);
        root.Add(PlanCommand.Create(context));
        root.Add(VerifyRowsCommand.Create(context));
        root.Add(DrillCommand.Create(context));
        root.Add(ReportCommand.Create(context));
        root.Add(BackupCommands.Create(context));
        foreach (var option in context.Cluster.All)
            root.Add(option);
        var parsed = root.Parse(arguments);
        if (parsed.Action is ParseErrorAction error)
            error.ShowHelp = false; // the message would drown in it
        var ended = await parsed.InvokeAsync(new InvocationConfiguration { Output = terminal.Output, Error = terminal.Error, ProcessTerminationTimeout = parsed.CommandResult.Command.Name == DrillCommand.Name ? DrillCommand.ToEndInOrder : ToEndInOrder, EnableDefaultExceptionHandler = false }, cancellationToken);
        if (parsed.Action is not ParseErrorAction)
            return ended;
        return parsed.CommandResult is { Command.Name: CheckCommand.Name, Parent: CommandResult { Command: RootCommand } } ? ExitCodes.Unknown : ExitCodes.Usage; // a plug-in has no other code for it
    }
}
