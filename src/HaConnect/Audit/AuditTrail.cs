using HaConnect.Diagnostics;
using Microsoft.Extensions.Logging;

namespace HaConnect.Audit;

/// <summary>Hands records to the sinks; a sink that fails does not stop a failover.</summary>
internal sealed class AuditTrail(IEnumerable<IAuditSink> sinks, ILogger logger)
{
    private readonly Lock _lock = new();
    private volatile IAuditSink[] _sinks = [.. sinks];

    /// <summary>It gets what is written from now on.</summary>
    internal void Add(IAuditSink sink)
    {
        lock (_lock)
            _sinks = [.. _sinks, sink];
    }

    internal void Remove(IAuditSink sink)
    {
        lock (_lock)
            _sinks = [.. _sinks.Where(s => !ReferenceEquals(s, sink))];
    }

    internal void Write(AuditRecord record)
    {
        foreach (var sink in _sinks)
        {
            try
            {
                sink.Write(record);
            }
            catch (Exception e)
            {
                Log.AuditSinkFailed(logger, record.Sentence, e);
            }
        }
    }
}
