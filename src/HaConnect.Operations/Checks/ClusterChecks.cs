using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Operations;

/// <summary>
/// Checks for a monitoring system, each one question about a cluster. Those that go by the snapshot ask no server anything; <c>slots</c> and <c>archive</c> ask the primary one read-only
/// statement. docs/operations/checks.md says of each what it goes by.
/// </summary>
public sealed class ClusterChecks
{
    /// <summary>The names of the checks.</summary>
    public static IReadOnlyList<string> Names { get; } = ["primary", "replicas", "lag", "coordinator", "quorum", "slots", "archive"];

    private readonly HaDataSource _db;
    private readonly HaDatabaseOptions _options;

    /// <param name="db">The cluster. What it has not found out yet is unknown.</param>
    /// <param name="options">The options that it was built from.</param>
    public ClusterChecks(HaDataSource db, HaDatabaseOptions options)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(options);
        (_db, _options) = (db, options);
    }

    /// <summary>Runs one check.</summary>
    /// <param name="check">One of <see cref="Names"/>.</param>
    /// <param name="warning">The threshold instead of the check's own; null for that. <c>primary</c>, <c>coordinator</c> and <c>quorum</c> have none.</param>
    /// <param name="critical">Likewise.</param>
    /// <param name="cancellationToken">Ends the wait for the primary's answer, of which there is one within 5 s.</param>
    /// <exception cref="ArgumentException">There is no check of that name, or it has no thresholds.</exception>
    public Task<CheckResult> RunAsync(string check, CheckRange? warning = null, CheckRange? critical = null, CancellationToken cancellationToken = default)
    {
        Require(check, warning, critical);
        var snapshot = _db.Snapshot;
        if (snapshot.IsMisconfigured)
            return Task.FromResult(SnapshotChecks.Nothing(check, snapshot));
        return check switch
        {
            "primary" => Task.FromResult(SnapshotChecks.Primary(snapshot)),
            "replicas" => Task.FromResult(SnapshotChecks.Replicas(snapshot, warning, critical)),
            "lag" => Task.FromResult(SnapshotChecks.Lag(snapshot, warning, critical)),
            "coordinator" => Task.FromResult(SnapshotChecks.Coordinator(snapshot, _options)),
            "quorum" => Task.FromResult(SnapshotChecks.Quorum(snapshot, _options)),
            "slots" => AskAsync(check, snapshot, (c, t) => PrimaryChecks.SlotsAsync(c, warning, critical, t), cancellationToken),
            _ => AskAsync(check, snapshot, (c, t) => PrimaryChecks.ArchiveAsync(c, warning, critical, t), cancellationToken),
        };
    }

    /// <exception cref="ArgumentException">There is no such check, or it has no thresholds.</exception>
    internal static void Require(string check, CheckRange? warning, CheckRange? critical)
    {
        if (!Names.Contains(check, StringComparer.Ordinal))
            throw new ArgumentException($"There is no check '{check}'; there are {string.Join(", ", Names)}.", nameof(check));
        if (check is "primary" or "coordinator" or "quorum" && (warning ?? critical) is { } range)
            throw new ArgumentException($"The check {check} has no thresholds, and {range} was given: leave it out.", warning is null ? nameof(critical) : nameof(warning));
    }

    private async Task<CheckResult> AskAsync(string check, ClusterSnapshot snapshot, Func<NpgsqlConnection, CancellationToken, Task<CheckResult>> ask, CancellationToken cancellationToken)
    {
        if (snapshot.Primary is not { } primary)
            return new CheckResult(check, CheckState.Unknown, $"There is no primary that could be asked: {snapshot.Reason}", []);
        try
        {
            var source = new NodeSources(_options, configure: null, _ => _db.Snapshot).ForProbe(primary.Host, primary.Port, database: null);
            await using (source.ConfigureAwait(false))
            {
                var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                    return await ask(connection, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (NpgsqlException e)
        {
            return new CheckResult(check, CheckState.Unknown, $"{primary.Name} could not be asked: {e.Message}", []);
        }
    }
}
