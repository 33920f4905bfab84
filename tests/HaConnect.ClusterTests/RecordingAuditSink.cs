using System.Collections.Concurrent;

namespace HaConnect.ClusterTests;

/// <summary>What coordinators told, without what instances only saw or were asked for.</summary>
internal sealed class RecordingAuditSink : IAuditSink
{
    private readonly ConcurrentQueue<AuditRecord> _records = new();

    internal IReadOnlyList<AuditRecord> Records => [.. _records];

    public void Write(AuditRecord record)
    {
        if (record.By is null && record.Kind != AuditKind.Configuration)
            _records.Enqueue(record);
    }
}
