using System.CommandLine;
using System.Globalization;

namespace HaConnect.Cli.Acting;

/// <summary>The commands that ask the coordinator for something: <c>switchover</c>, <c>failover</c>, <c>pause</c>, <c>resume</c>, <c>node maintenance</c>.</summary>
internal static class ActCommands
{
    internal static IEnumerable<Command> Create(ToolContext context) => [Switchover(context), Failover(context), Pause(context), Resume(context), Node(context), FenceCommand.Create(context), .. RejoinCommand.Create(context)];

    private static Command Switchover(ToolContext context)
    {
        var target = new Argument<string?>("node") { Description = "The node that becomes the primary. Default: the standby of the highest priority.", Arity = ArgumentArity.ZeroOrOne };
        var drain = SecondsOption.Create("--drain-timeout", "For how many seconds open transactions are waited for.", SwitchoverOptions.LeastDrainTimeout.TotalSeconds, SwitchoverOptions.MostDrainTimeout.TotalSeconds, new SwitchoverOptions().DrainTimeout);
        var terminate = new Option<bool>("--terminate-open-transactions") { Description = "End sessions whose transaction is still open then. Without it the switchover is called off." };
        return Acts.Create(context, "switchover", "Makes another node the primary, in good order: nothing is lost, and writes wait meanwhile. Until the promotion Ctrl-C takes it back.", [target, drain, terminate], async (cluster, parsed, terminal, cancellationToken) =>
        {
            var options = new SwitchoverOptions
            {
                DrainTimeout = parsed.GetValue(drain),
                TerminatesOpenTransactions = parsed.GetValue(terminate),
                Progress = new ProgressTo(terminal),
            };
            return Told("switchover", await cluster.SwitchoverAsync(parsed.GetValue(target), options, cancellationToken));
        });
    }

    private static Command Failover(ToolContext context)
    {
        var confirmed = new Option<string>("--cluster") { Description = "The name of the cluster, as a confirmation.", Required = true };
        var loss = new Option<bool>("--accept-data-loss") { Description = "Promote a standby that may lack acked writes." };
        return Acts.Create(context, "failover", "Asks for a failover that coordinators do not make by themselves: the cluster is paused, or too many were made lately. There must be no primary.", [confirmed, loss], async (cluster, parsed, _, cancellationToken) =>
            Told("failover", await cluster.FailoverAsync(parsed.GetValue(confirmed)!, parsed.GetValue(loss), cancellationToken)));
    }

    private static Command Pause(ToolContext context)
    {
        var reason = Reason();
        return Acts.Create(context, "pause", "Keeps all coordinators from acting by themselves, until resume.", [reason], async (cluster, parsed, _, cancellationToken) =>
            Said("pause", await cluster.PauseFailoverAsync(parsed.GetValue(reason)!, cancellationToken), "Automatic failover is paused.", "It was paused already, for the reason it had."));
    }

    private static Command Resume(ToolContext context) =>
        Acts.Create(context, "resume", "Lets coordinators act by themselves again.", [], async (cluster, _, _, cancellationToken) =>
            Said("resume", await cluster.ResumeFailoverAsync(cancellationToken), "Automatic failover goes on.", "It was not paused."));

    private static Command Node(ToolContext context)
    {
        var (begun, ended, reason) = (NodeName(), NodeName(), Reason());
        var begin = Acts.Create(context, "begin", "Keeps a node out of it while it is worked on: not named as synchronous, and the last to be promoted.", [begun, reason], async (cluster, parsed, _, cancellationToken) =>
            Said("node maintenance begin", await cluster.BeginMaintenanceAsync(parsed.GetValue(begun)!, parsed.GetValue(reason)!, cancellationToken), $"{parsed.GetValue(begun)} is under maintenance.", $"{parsed.GetValue(begun)} was under maintenance already, for the reason it had."));
        var end = Acts.Create(context, "end", "Counts on the node again, as soon as it streams.", [ended], async (cluster, parsed, _, cancellationToken) =>
            Said("node maintenance end", await cluster.EndMaintenanceAsync(parsed.GetValue(ended)!, cancellationToken), $"{parsed.GetValue(ended)} is counted on again.", $"{parsed.GetValue(ended)} was not under maintenance."));
        return new Command("node", "Acts on one node.") { new Command("maintenance", "Keeps a node out of it while it is worked on.") { begin, end } };
    }

    private static Argument<string> NodeName() => new("node") { Description = "The name of the node." };

    private static Option<string> Reason() => new("--reason") { Description = "Why: it is told to everybody who wonders.", Required = true };

    private static ActDocument Told(string act, SwitchoverResult result) => new(1, act, result.Succeeded,
        result.Succeeded ? string.Create(CultureInfo.InvariantCulture, $"{result.Primary} is the primary of term {result.Term}: {result.Reason}") : $"Not done: {result.Reason}", result.Primary, result.Term);

    /// <summary>What is so already was not done, and is no failure.</summary>
    private static ActDocument Said(string act, bool changed, string done, string already) => new(1, act, IsDone: true, changed ? done : already);
}
