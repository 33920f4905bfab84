using System.Collections.Concurrent;

namespace HaConnect.Tests.Audit;

internal sealed class KeepingSink : IAuditSink
{
    private readonly ConcurrentQueue<AuditRecord> _records = new();

    internal IReadOnlyList<AuditRecord> Records => [.. _records];

    public void Write(AuditRecord record) => _records.Enqueue(record);
}
