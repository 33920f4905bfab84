using Microsoft.Extensions.Logging;

namespace HaConnect.Operations.Auditing;

/// <summary>The log of audit trails: 5000 to 5099.</summary>
internal static partial class AuditMessages
{
    [LoggerMessage(5000, LogLevel.Information, "The audit chain {Chain} stands at {Seq} {Hash}.")]
    internal static partial void StandsAt(ILogger logger, string chain, long seq, string hash);

    [LoggerMessage(5001, LogLevel.Debug, "Audit {Chain} {Seq} {Hash}: {Sentence}")]
    internal static partial void Appended(ILogger logger, string chain, long seq, string hash, string sentence);

    [LoggerMessage(5002, LogLevel.Warning, "The head of the audit chain {Chain} could not be written; it is with the next record.")]
    internal static partial void HeadNotWritten(ILogger logger, string chain, Exception exception);

    [LoggerMessage(5003, LogLevel.Warning, "Audit records wait to be copied into the table haconnect_audit.trail: {Problem}")]
    internal static partial void NotCopied(ILogger logger, string problem);

    [LoggerMessage(5004, LogLevel.Information, "Audit records are copied into the table haconnect_audit.trail at {Node}, behind record {Seq}.")]
    internal static partial void Copies(ILogger logger, string node, long seq);

    [LoggerMessage(5005, LogLevel.Error, "The copy of the audit chain {Chain} in haconnect_audit.trail has another record {Seq} than its folder has: one of the two was changed. Verify both.")]
    internal static partial void CopyDiffers(ILogger logger, string chain, long seq);

    [LoggerMessage(5006, LogLevel.Error, "The loop that copies audit records failed; it goes on in a second.")]
    internal static partial void CopyLoopFailed(ILogger logger, Exception exception);
}
