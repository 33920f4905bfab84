using HaConnect.Diagnostics;
using Microsoft.Extensions.Logging;

namespace HaConnect.Audit;

/// <summary>Records what somebody asks of the cluster: that it was asked for, and what became of it.</summary>
/// <param name="audit">Where to.</param>
/// <param name="cluster">The cluster's name.</param>
/// <param name="instance">This instance's name.</param>
/// <param name="now">The cluster as it is seen from here.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class CommandTrail(AuditTrail audit, string cluster, string instance, Func<ClusterSnapshot> now, TimeProvider time, ILogger logger)
{
    /// <summary>A command that makes another node the primary, or not.</summary>
    internal Task<SwitchoverResult> RunAsync(AuditedCommand command, Func<Task<SwitchoverResult>> run) => RunAsync(command, run, static (before, result) =>
        (result.Succeeded, result.Reason, before, result.Primary));

    /// <summary>A command that changes what is on record, or finds it there already.</summary>
    internal Task<bool> RunAsync(AuditedCommand command, string before, string after, Func<Task<bool>> run) => RunAsync(command, run, (_, isChanged) =>
        isChanged ? (true, $"{command.Name}: done", before, after) : (true, $"{command.Name}: it was so already", null, null));

    private async Task<T> RunAsync<T>(AuditedCommand command, Func<Task<T>> run, Func<string?, T, (bool IsDone, string Sentence, string? Before, string? After)> outcome)
    {
        var (startedAt, seen) = (time.GetTimestamp(), now());
        var primary = seen.Primary?.Name ?? seen.NewestTerm?.Primary; // a failover is asked for while there is none
        Tell(command, AuditKind.Command, command.Sentence, null, null, null);
        try
        {
            var result = await run().ConfigureAwait(false);
            var (isDone, sentence, before, after) = outcome(primary, result);
            Tell(command, isDone ? AuditKind.Command : AuditKind.Refusal, sentence, before, after, time.GetElapsedTime(startedAt));
            return result;
        }
        catch (OperationCanceledException)
        {
            Tell(command, AuditKind.Command, $"{command.Name}: whoever asked waits no more; what was begun goes on", null, null, time.GetElapsedTime(startedAt));
            throw;
        }
        catch (Exception e)
        {
            Tell(command, AuditKind.Refusal, $"{command.Name}: {e.Message}", null, null, time.GetElapsedTime(startedAt));
            throw;
        }
    }

    private void Tell(AuditedCommand command, AuditKind kind, string sentence, string? before, string? after, TimeSpan? duration)
    {
        Log.CommandTold(logger, command.By, sentence);
        audit.Write(new AuditRecord(time.GetUtcNow(), cluster, instance, now().Term, command.Name, command.Node, sentence) { Kind = kind, By = command.By, Before = before, After = after, Duration = duration });
    }
}
