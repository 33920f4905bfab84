using Microsoft.Extensions.Logging;

namespace HaConnect.Cli.Agents;

/// <summary>What the agent itself logs.</summary>
internal static partial class AgentMessages
{
    [LoggerMessage(5000, LogLevel.Information, "Taking part in the coordination of the cluster {Cluster}.")]
    internal static partial void Started(ILogger logger, string cluster);

    [LoggerMessage(5001, LogLevel.Information, "Stopping: coordination of the cluster {Cluster} is handed over.")]
    internal static partial void Stopping(ILogger logger, string cluster);

    [LoggerMessage(5002, LogLevel.Warning, "The service manager could not be told {State}: {Reason}")]
    internal static partial void NotTold(ILogger logger, string state, string reason);
}
