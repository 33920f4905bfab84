using HaConnect.Operations.Backups;

namespace HaConnect.Operations;

/// <summary>
/// Restores a base backup beside, recovers it to a chosen point in time, proves that it is as of that point, reads all of it, says how long that took, and leaves nothing behind. The servers of the
/// cluster are asked for a backup or for marks only, where that is wanted; nothing else of them changes.
/// </summary>
public static class BackupDrill
{
    /// <summary>Runs a drill.</summary>
    /// <param name="options">What is restored, and to which point.</param>
    /// <param name="cancellationToken">Ends it; what it made is removed.</param>
    /// <returns>What it came to. A backup or WAL that is damaged is an answer, and no exception.</returns>
    /// <exception cref="ArgumentException">An option cannot be used; the message names it and says what to do.</exception>
    /// <exception cref="InvalidOperationException">A program cannot be run; pgBackRest or Barman does not know what was named.</exception>
    /// <exception cref="IOException">A folder cannot be read or written.</exception>
    public static Task<BackupDrillReport> RunAsync(BackupDrillOptions options, CancellationToken cancellationToken = default) => RunAsync(options, TimeProvider.System, cancellationToken);

    internal static async Task<BackupDrillReport> RunAsync(BackupDrillOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        DrillInput.Require(options);
        return await new RestoreDrill(options, time).RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
