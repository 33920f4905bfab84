using Microsoft.Extensions.Logging;

namespace HaConnect.Operations.Monitoring;

/// <summary>The log of what is read of servers for metrics: 5400 to 5499.</summary>
internal static partial class MonitoringMessages
{
    [LoggerMessage(5400, LogLevel.Warning, "The figures of {Node} cannot be read, and there are no metrics of it until they can: {Problem}")]
    internal static partial void NotRead(ILogger logger, string node, string problem);

    [LoggerMessage(5401, LogLevel.Error, "The loop that reads the servers' figures failed; it goes on with its next turn.")]
    internal static partial void LoopFailed(ILogger logger, Exception exception);
}
