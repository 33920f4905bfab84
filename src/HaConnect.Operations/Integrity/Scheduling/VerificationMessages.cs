using Microsoft.Extensions.Logging;

namespace HaConnect.Operations.Integrity;

/// <summary>The log of scheduled verifications: 5100 to 5119.</summary>
internal static partial class VerificationMessages
{
    [LoggerMessage(5100, LogLevel.Information, "Verified: {Sentence}")]
    internal static partial void Met(ILogger logger, string sentence);

    [LoggerMessage(5101, LogLevel.Error, "The verification does not meet its goal: {Sentence}")]
    internal static partial void NotMet(ILogger logger, string sentence);

    [LoggerMessage(5102, LogLevel.Error, "{Left} and {Right} could not be compared.")]
    internal static partial void Failed(ILogger logger, string left, string right, Exception exception);

    [LoggerMessage(5103, LogLevel.Error, "What was to hear of the verification's report failed.")]
    internal static partial void CallbackFailed(ILogger logger, Exception exception);
}
