using HaConnect.Connections;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Commits;

/// <summary>Runs commands and batches like any other operation: at the primary, given up from outside, confirmed or unknown.</summary>
internal sealed class CommandRunner(OperationRunner operations, ClusterState state, int defaultTimeout, Action ensureStarted)
{
    /// <summary>
    /// How much later Npgsql's own time-out comes for a reader, which needs one for its rows: until its first row the one from outside
    /// shall act.
    /// </summary>
    internal const int ReaderGraceSeconds = 10;

    /// <summary>The connection string's <c>Command Timeout</c>, in seconds.</summary>
    internal int DefaultTimeout { get; } = defaultTimeout;

    internal static int ReaderTimeout(int timeout) => timeout == 0 ? 0 : timeout + ReaderGraceSeconds;

    /// <summary>Runs to the end and closes the connection.</summary>
    internal Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> execute, int timeout, CancellationToken cancellationToken)
    {
        ensureStarted();
        return operations.RunAsync((connection, _) => execute(connection), Request(timeout, handsConnectionOver: false), cancellationToken);
    }

    /// <summary>Runs until there is a reader, which closes the connection at its own end and tells then that the commit was not confirmed.</summary>
    internal async Task<NpgsqlDataReader> ReadAsync(Func<NpgsqlConnection, Task<NpgsqlDataReader>> execute, int timeout, CancellationToken cancellationToken)
    {
        ensureStarted();
        CommitWatch watch = null!;
        var reader = await operations.RunAsync(
            (connection, _) =>
            {
                watch = new CommitWatch(connection);
                return execute(connection);
            },
            Request(timeout, handsConnectionOver: true), cancellationToken).ConfigureAwait(false);
        reader.ReaderClosed += OnClosed;
        return reader;

        void OnClosed(object? sender, EventArgs e)
        {
            reader.ReaderClosed -= OnClosed; // Npgsql uses the reader again, and forgets its handlers only where none throws
            watch.Stop();
            if (watch.NotConfirmed)
            {
                throw CommitOutcomeUnknownException.Of("Whether what was read was also applied is not known: the wait for a synchronous standby was cancelled, so that its commit is not confirmed.",
                    "", state.Current, isTransient: false, null);
            }
        }
    }

    internal static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult(); // ADO.NET demands synchronous members; nothing in the wait needs the caller's thread

    private static OperationRequest Request(int timeout, bool handsConnectionOver) =>
        new(WorkKind.Write, timeout == 0 ? null : TimeSpan.FromSeconds(timeout), handsConnectionOver);
}
