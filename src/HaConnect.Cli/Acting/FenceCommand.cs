using System.CommandLine;
using HaConnect.Failover.Manual;

namespace HaConnect.Cli.Acting;

/// <summary><c>haconnect fence</c>.</summary>
internal static class FenceCommand
{
    internal static Command Create(ToolContext context)
    {
        var node = new Argument<string>("node") { Description = "The old primary." };
        var cluster = new Option<string>("--cluster") { Description = "The name of the cluster, as a confirmation.", Required = true };
        var external = new Option<bool>("--external") { Description = "By the program of Failover.Fencing.Command, in place of SQL." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would be done; with --external the program is run with HACONNECT_DRY_RUN=true." };
        return Acts.Create(context, "fence", "Has an old primary refuse writes until it has rejoined, across restarts: what coordinators do by themselves, for the time when none runs. Never the primary of the newest term.", [node, cluster, external, dryRun], async (_, parsed, _, cancellationToken) =>
        {
            var options = context.Cluster.OptionsOf(parsed);
            var done = await new ManualFence(options, TimeProvider.System).RunAsync(parsed.GetValue(node)!, parsed.GetValue(cluster)!, parsed.GetValue(external), parsed.GetValue(dryRun), cancellationToken);
            return new ActDocument(1, "fence", IsDone: true, done);
        });
    }
}
