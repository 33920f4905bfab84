using Microsoft.Extensions.Logging;

namespace HaConnect.AspNetCore.Page;

/// <summary>Log messages of the page; ids 3100 to 3199.</summary>
internal static partial class PageLog
{
    [LoggerMessage(3100, LogLevel.Error, "The topology page at {Path} is refused: {Why}")]
    internal static partial void Refused(ILogger logger, string path, string why);

    [LoggerMessage(3101, LogLevel.Error, "What the topology page shows could not be made; it is tried again")]
    internal static partial void FrameFailed(ILogger logger, Exception exception);

    [LoggerMessage(3102, LogLevel.Information, "{User} asks through the topology page: {Action}")]
    internal static partial void Asked(ILogger logger, string user, string action);

    [LoggerMessage(3103, LogLevel.Warning, "Refused through the topology page, asked by {User}: {Why}")]
    internal static partial void ActionRefused(ILogger logger, string user, string why);

    [LoggerMessage(3104, LogLevel.Information, "What {User} asked for through the topology page has ended: {Result}")]
    internal static partial void Ended(ILogger logger, string user, string result);
}
