using HaConnect.Operations.Drills;
using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Running;
using HaConnect.Operations.Drills.Staging;

namespace HaConnect.Operations;

/// <summary>
/// Breaks a staging cluster on purpose, under a workload, and measures what becomes of it: how long until it is noticed, until the first write is acked again, what acked writes are lost, and whether all
/// nodes hold the same rows afterwards. Then it brings the cluster back into its first shape. docs/operations/drills.md.
/// </summary>
public static class Drill
{
    /// <summary>Runs a drill on a cluster that runs elsewhere, and that others coordinate.</summary>
    /// <param name="cluster">The cluster, as an application of it has it, with <see cref="FailoverMode.Coordinate"/>: the way back is a switchover.</param>
    /// <param name="options">What is done, and what is to be proven.</param>
    /// <param name="cancellationToken">Calls it off: what was broken is brought back as far as that can be done within <see cref="DrillOptions.RestoreTimeout"/>.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    /// <exception cref="DrillRefusedException">It was not begun: the name is another cluster's, it is or may be in production, it is not whole, or a command is missing.</exception>
    /// <exception cref="DrillInterruptedException">It was called off; the message says how the cluster was left.</exception>
    /// <exception cref="DrillFailedException">It could not be brought to its end; the message says why, and how the cluster was left.</exception>
    public static async Task<DrillReport> RunAsync(HaDatabaseOptions cluster, DrillOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(options);
        DrillOptions.Validate(options);
        StagingRules.Require(cluster, options);
        var time = TimeProvider.System;
        var timeline = new DrillTimeline(time);
        var target = new StagingTarget(cluster, options, time);
        await using (target.ConfigureAwait(false))
        {
            await target.StartAsync(cancellationToken).ConfigureAwait(false);
            return await RunAsync(target, timeline, options, time, cancellationToken).ConfigureAwait(false);
        }
    }

    internal static async Task<DrillReport> RunAsync(IDrillTarget target, DrillTimeline timeline, DrillOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var run = new DrillRun(target, timeline, options, time);
        DrillReport report;
        try
        {
            report = await run.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (run.FailedOutcome(e.Message) is { } failed)
        {
            // What was struck is on record, however it ended: else its failover would be taken for a real one.
            try
            {
                Record(failed);
            }
            catch (Exception notRecorded) when (notRecorded is IOException or TimeoutException or ObjectDisposedException)
            {
                options.Progress?.Report($"The outcome could not be recorded: {notRecorded.Message}"); // how the cluster was left is what has to be told
            }

            throw;
        }

        Record(report.Outcome);
        return report;

        void Record(DrillOutcome outcome) => options.Audit?.Write(outcome.ToAuditRecord($"{Environment.MachineName}-drill", options.By, time.GetUtcNow()));
    }
}
