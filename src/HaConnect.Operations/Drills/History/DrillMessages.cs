using Microsoft.Extensions.Logging;

namespace HaConnect.Operations.Drills.History;

/// <summary>The log of drills that are demanded and scheduled: 5300 to 5399.</summary>
internal static partial class DrillMessages
{
    [LoggerMessage(5300, LogLevel.Warning, "A drill of {Cluster} is overdue. {Standing}")]
    internal static partial void Overdue(ILogger logger, string cluster, DrillStanding standing);

    [LoggerMessage(5301, LogLevel.Information, "A drill of {Cluster} is overdue no more. {Standing}")]
    internal static partial void MadeUp(ILogger logger, string cluster, DrillStanding standing);

    [LoggerMessage(5302, LogLevel.Warning, "The history of drills could not be read, and what is shown of it is as of before: {Problem}")]
    internal static partial void NotRead(ILogger logger, string problem);

    [LoggerMessage(5303, LogLevel.Error, "The loop that reads the history of drills failed; it goes on.")]
    internal static partial void ReadingFailed(ILogger logger, Exception exception);

    [LoggerMessage(5310, LogLevel.Information, "A {Kind} drill of {Cluster} is due, and is begun.")]
    internal static partial void Begun(ILogger logger, DrillKind kind, string cluster);

    [LoggerMessage(5311, LogLevel.Information, "The {Kind} drill of {Cluster} has ended: {Sentence}")]
    internal static partial void Ended(ILogger logger, DrillKind kind, string cluster, string sentence);

    [LoggerMessage(5312, LogLevel.Warning, "The {Kind} drill of {Cluster} is due, and is postponed: {Why}")]
    internal static partial void Postponed(ILogger logger, DrillKind kind, string cluster, string why);

    [LoggerMessage(5313, LogLevel.Error, "The schedule of {Kind} drills failed; it goes on.")]
    internal static partial void ScheduleFailed(ILogger logger, DrillKind kind, Exception exception);

    [LoggerMessage(5314, LogLevel.Warning, "The {Kind} drill of {Cluster} has ended, and its outcome could not be recorded, so that it does not count: {Problem}")]
    internal static partial void NotRecorded(ILogger logger, DrillKind kind, string cluster, string problem);
}
