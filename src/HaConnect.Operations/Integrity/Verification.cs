using HaConnect.Operations.Integrity;
using Npgsql;

namespace HaConnect.Operations;

/// <summary>
/// Compares the rows of two databases, whatever keeps them in step, while both are in use: a primary and its standby, a publisher and its subscriber, two servers that some other tool keeps alike. The servers compute
/// checksums of parts of each table; where those differ it is narrowed down to rows and columns. A row that changes meanwhile is looked at again, until it is equal, or differs while both sides stand still.
/// </summary>
public static class Verification
{
    /// <summary>Compares the two sides, reading only.</summary>
    /// <param name="left">The side that is right where they differ: the primary, the publisher.</param>
    /// <param name="right">The side that follows it.</param>
    /// <param name="options">What, how gently, how much is shown; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it; with <see cref="VerificationOptions.ResumeFile"/> a later run goes on.</param>
    /// <returns>What was compared and what differs. That a single table could not be read is told in it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    /// <exception cref="ArgumentException">A connection string cannot be read, or the file to resume from is of another verification.</exception>
    /// <exception cref="NpgsqlException">A server cannot be reached, or was lost for longer than some seconds.</exception>
    /// <exception cref="IOException">The file to resume from cannot be written.</exception>
    public static async Task<VerificationReport> RunAsync(VerificationSide left, VerificationSide right, VerificationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        options ??= new VerificationOptions();
        options.Validate();
        var run = new VerificationRun(left, right, options);
        await using (run.ConfigureAwait(false))
            return await run.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
