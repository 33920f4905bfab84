using HaConnect.Diagnostics;
using Microsoft.Extensions.Logging;

namespace HaConnect.Audit;

/// <summary>Hands records to the sinks; a sink that fails does not stop a failover.</summary>
internal sealed class AuditTrail(IEnumerable<IAuditSink> sinks, ILogger logger)
{
    private readonly IAuditSink[] _sinks = [.. sinks];

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
