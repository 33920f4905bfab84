using Microsoft.Extensions.Logging;

namespace HaConnect.Operations.Backups;

/// <summary>The log of checks of backups: 5500 to 5599.</summary>
internal static partial class BackupMessages
{
    [LoggerMessage(5500, LogLevel.Information, "Backups of {Cluster}: {Verdict}")]
    internal static partial void Sound(ILogger logger, string cluster, string verdict);

    [LoggerMessage(5501, LogLevel.Error, "Backups of {Cluster} ({State}): {Verdict}")]
    internal static partial void Unsound(ILogger logger, string cluster, CheckState state, string verdict);

    [LoggerMessage(5502, LogLevel.Error, "The backups of {Cluster} could not be checked; the next check is in {Interval}.")]
    internal static partial void NotChecked(ILogger logger, string cluster, TimeSpan interval, Exception exception);
}
