using System.Diagnostics;
using HaConnect.Audit;
using HaConnect.Diagnostics;
using Microsoft.Extensions.Logging;

namespace HaConnect.Failover;

/// <summary>What the machine has to say: to the log, the audit trail, the metrics and the traces.</summary>
internal sealed class FailoverTelling(string coordinator, string cluster, AuditTrail audit, HaMetrics metrics, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly List<AuditRecord> _unsaved = [];
    private long? _detectedAt;
    private long? _announcedAt;
    private Activity? _activity;

    internal bool HoldsOffice
    {
        set => metrics.HoldsCoordination = value;
    }

    internal void Tell(Effect.Tell said)
    {
        if (said.IsWarning)
            Log.FailoverWarning(logger, said.Sentence);
        else
            Log.FailoverStep(logger, said.Sentence);
        var record = new AuditRecord(time.GetUtcNow(), cluster, coordinator, said.Term, said.Step.ToString(), said.Node, said.Sentence)
        {
            Kind = said.Kind,
            Before = said.Before,
            After = said.After,
            Duration = SinceItBegan(said.Step),
        };
        lock (_lock)
            _unsaved.Add(record);
        audit.Write(record);
        _activity?.AddEvent(new ActivityEvent(said.Step.ToString(), record.At, new ActivityTagsCollection { ["haconnect.sentence"] = said.Sentence }));
    }

    internal void Began(string why)
    {
        _detectedAt ??= time.GetTimestamp();
        _activity ??= HaActivities.Source.StartActivity("haconnect.failover", ActivityKind.Internal);
        _activity?.SetTag("haconnect.reason", why);
    }

    internal void Ended(bool succeeded)
    {
        metrics.FailoverEnded(succeeded, _detectedAt is { } at ? time.GetElapsedTime(at) : TimeSpan.Zero);
        _detectedAt = null;
        _activity?.SetStatus(succeeded ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        _activity?.Dispose();
        _activity = null;
    }

    /// <summary>Since the loss was detected or the switchover announced, up to the sentence with which it ends.</summary>
    private TimeSpan? SinceItBegan(Step step)
    {
        var since = _detectedAt ?? _announcedAt;
        _announcedAt = step switch
        {
            Step.Announcing => time.GetTimestamp(),
            Step.Leading or Step.Watching or Step.Stopped => null,
            _ => _announcedAt,
        };
        return since is { } began ? time.GetElapsedTime(began) : null;
    }

    /// <summary>The records that no server has yet; they are written to the primary once there is one.</summary>
    internal IReadOnlyList<AuditRecord> TakeUnsaved()
    {
        lock (_lock)
        {
            AuditRecord[] records = [.. _unsaved];
            _unsaved.Clear();
            return records;
        }
    }

    /// <summary>They could not be written; the next primary gets them.</summary>
    internal void PutBack(IReadOnlyList<AuditRecord> records)
    {
        lock (_lock)
            _unsaved.InsertRange(0, records);
    }
}
