using Npgsql;

namespace HaConnect.Operations;

/// <summary>
/// Measures, against the application's own cluster and with its own options, what opening a connection through HaConnect costs beside a plain NpgsqlDataSource to
/// the same node: for a team's CI, in one line.
/// </summary>
public static class OverheadGuard
{
    private const int Rounds = 41;
    private const int Operations = 1000;
    private const int WarmUpTurns = 30;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120); // the JIT compiles once 100 ms have brought nothing new

    /// <summary>
    /// Opens and disposes of pooled connections, to the primary and for reading, in rounds that take turns with the plain ones. It takes some
    /// seconds, runs no statement, and keeps one thread busy: on a machine that does other work, the figures are of that, too.
    /// </summary>
    /// <param name="db">The application's data source, with pooling.</param>
    /// <param name="limits">What is allowed; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it between two rounds.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its bounds.</exception>
    /// <exception cref="NoPrimaryException">No primary could be used in time.</exception>
    public static async Task<OverheadReport> MeasureAsync(HaDataSource db, OverheadLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(db);
        limits ??= new OverheadLimits();
        OverheadLimits.Check(limits);
        OverheadPair[] pairs =
        [
            await PairAsync(db, "primary", () => db.OpenConnectionAsync(cancellationToken), cancellationToken).ConfigureAwait(false),
            await PairAsync(db, "read", () => db.OpenReadConnectionAsync(cancellationToken), cancellationToken).ConfigureAwait(false),
        ];
        for (var turn = 0; turn < WarmUpTurns; turn++)
        {
            foreach (var pair in pairs)
                pair.WarmUp(Operations);
            await Task.Delay(Pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var pair in pairs)
                pair.Measure(Operations);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return new OverheadReport(limits, [.. pairs.Select(p => p.Conclude())]);
    }

    /// <summary>The plain one uses the very pool of the node to which the first opening went.</summary>
    private static async Task<OverheadPair> PairAsync(HaDataSource db, string what, Func<ValueTask<NpgsqlConnection>> open, CancellationToken cancellationToken)
    {
        var connection = await open().ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var (node, source) = db.PoolOf(connection);
            return new OverheadPair(what, node, () => source.OpenConnectionAsync(cancellationToken), open, TimeProvider.System);
        }
    }
}
