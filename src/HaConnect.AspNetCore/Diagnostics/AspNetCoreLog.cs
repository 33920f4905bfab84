using Microsoft.Extensions.Logging;

namespace HaConnect.AspNetCore.Diagnostics;

/// <summary>Every log message of this package but the page's. Ids by stage: 4000 causal tokens, 4100 answers.</summary>
internal static partial class AspNetCoreLog
{
    [LoggerMessage(4000, LogLevel.Debug, "A causal token in the {Carrier} is ignored: {Reason}.")]
    internal static partial void TokenIgnored(ILogger logger, string carrier, string reason);

    [LoggerMessage(4001, LogLevel.Warning, "A causal token of a client cannot be honoured, and the client is told to drop it: what it stands for (term {Term}, up to {Position}) may be lost.")]
    internal static partial void TokenLost(ILogger logger, long term, string position);

    [LoggerMessage(4002, LogLevel.Warning, "What was written or read could not be captured in a causal token: the client may not see it at once.")]
    internal static partial void CaptureFailed(ILogger logger, Exception exception);

    [LoggerMessage(4003, LogLevel.Warning, "The causal token could not be given to the client: it may not see at once what it wrote or read.")]
    internal static partial void AnswerFailed(ILogger logger, Exception exception);

    [LoggerMessage(4004, LogLevel.Warning, "{Host} says that the causal token sent to it cannot be honoured, and it is dropped: what it stands for (term {Term}, up to {Position}) may be lost.")]
    internal static partial void LostElsewhere(ILogger logger, string host, long term, string position);

    [LoggerMessage(4005, LogLevel.Warning, "A causal token could not be sent to {Host}: it may not see at once what was written or read here.")]
    internal static partial void SendingFailed(ILogger logger, string host, Exception exception);

    [LoggerMessage(EventId = 4100, Message = "A request is answered with the problem {Problem}, status {Status}.")]
    internal static partial void Answered(ILogger logger, LogLevel level, string problem, int status, Exception exception);
}
