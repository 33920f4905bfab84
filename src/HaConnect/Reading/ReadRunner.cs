using HaConnect.Commits;
using Npgsql;

namespace HaConnect.Reading;

/// <summary>
/// Runs the commands and batches of <see cref="HaDataSource.Reads"/> as work that only reads. Each attempt has a copy of its own, since one that was
/// abandoned at a frozen server can still be running when the next begins.
/// </summary>
internal sealed class ReadRunner(HaDataSource db, ReadPolicy? policy)
{
    internal int DefaultTimeout => db.DefaultCommandTimeout;

    /// <summary>Npgsql has no time-out: the one from outside acts.</summary>
    internal Task<T> RunAsync<T>(Func<NpgsqlConnection, int, Task<T>> execute, int timeout, CancellationToken cancellationToken) =>
        db.RunReadAsync((connection, _) => execute(connection, 0), policy, Outside(timeout), handsConnectionOver: false, cancellationToken);

    /// <summary>The reader closes its connection. Its rows need a time-out of Npgsql's.</summary>
    internal Task<NpgsqlDataReader> ReadAsync(Func<NpgsqlConnection, int, Task<NpgsqlDataReader>> execute, int timeout, CancellationToken cancellationToken) =>
        db.RunReadAsync((connection, _) => execute(connection, CommandRunner.ReaderTimeout(timeout)), policy, Outside(timeout), handsConnectionOver: true, cancellationToken);

    private static TimeSpan? Outside(int timeout) => timeout == 0 ? null : TimeSpan.FromSeconds(timeout);
}
