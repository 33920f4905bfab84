using HaConnect.Operations;
using HaConnect.Operations.Drills.Reading;

namespace HaConnect.Cli.Drilling.Local;

/// <summary>A drill from nothing to nothing: servers are started, drilled and thrown away.</summary>
internal static class LocalDrill
{
    /// <exception cref="UsageException">This machine cannot make the fault.</exception>
    internal static async Task<DrillReport> RunAsync(LocalPlan plan, DrillOptions options, AuditFile? audit, CancellationToken cancellationToken)
    {
        if (plan.Fault == LocalFault.Cut && DrillNetwork.WhyNot() is { } why)
            throw new UsageException($"--fault is cut, which needs a network for each server, and {why}. Run it as root with iproute2 and util-linux installed, or take --fault freeze: nobody answers then, either.");
        DrillOptions.Validate(options);
        var time = TimeProvider.System;
        var timeline = new DrillTimeline(time);
        options.Progress?.Report($"Starting {plan.Nodes.Count} PostgreSQL servers{(plan.Witnesses > 0 ? " and a witness" : "")} …");
        try
        {
            await using var target = await LocalTarget.StartAsync(plan, timeline, audit, cancellationToken);
            return await Drill.RunAsync(target, timeline, options, time, cancellationToken);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested && e is not DrillInterruptedException)
        {
            throw new DrillInterruptedException("Interrupted before the drill had begun; the servers are ended and their folder is removed.", cancellationToken);
        }
    }
}
