using HaConnect.Operations.Drills.History;
using Npgsql;

namespace HaConnect.Operations;

/// <summary>The drills that audit trails tell of, and how they stand against what is demanded. docs/operations/drill-history.md. It verifies no trail: <see cref="AuditVerifier"/> does.</summary>
public sealed class DrillHistory
{
    private DrillHistory(DrillLedger ledger, DrillHistoryOptions options, DateTimeOffset now)
    {
        (Ledger, At, Since) = (ledger, now, options.Since ?? ledger.Since);
        Entries = [.. ledger.Outcomes.Where(o => o.IsOf(options.ClusterName))];
        Counted = [.. Entries.Where(e => e.MayCount(options.ClusterName, options.CountsLocalDrills)).Select(e => e.Outcome)];
        Drills = [.. Entries.Select(e => e.Outcome)];
        Standings = [.. options.Requirements.Select(r => DrillRule.Of(r, Counted.Where(c => c.Kind == r.Kind && c.Passed).Select(c => c.At), Since, now))];
    }

    /// <summary>All drills, the oldest first: failed ones and those on throw-away clusters, too.</summary>
    public IReadOnlyList<DrillOutcome> Drills { get; }

    /// <summary>How each requirement stands.</summary>
    public IReadOnlyList<DrillStanding> Standings { get; }

    /// <summary>As of when.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Since when drills are demanded; null where that is not known, so that they are at once.</summary>
    public DateTimeOffset? Since { get; }

    /// <summary>Whether any requirement is overdue.</summary>
    public bool IsOverdue => Standings.Any(s => s.IsOverdue);

    internal DrillLedger Ledger { get; }

    internal IReadOnlyList<DrillEntry> Entries { get; }

    /// <summary>Those that count once they are passed.</summary>
    internal IReadOnlyList<DrillOutcome> Counted { get; }

    /// <summary>Reads it from the folders of audit trails; processes may be writing them.</summary>
    /// <param name="folders">The folders of the instances that have run drills.</param>
    /// <param name="options">What is demanded; null for the defaults.</param>
    /// <param name="time">The clock; null for <see cref="TimeProvider.System"/>.</param>
    /// <exception cref="DirectoryNotFoundException">One of the folders is not there.</exception>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public static DrillHistory ReadFolders(IEnumerable<string> folders, DrillHistoryOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(folders);
        options = Valid(options);
        return Of(new FolderLedger(folders).Read(), options, (time ?? TimeProvider.System).GetUtcNow());
    }

    /// <summary>Reads it from the copy of all instances' trails on the cluster (<see cref="AuditTable"/>).</summary>
    /// <param name="dataSource">The cluster.</param>
    /// <param name="options">What is demanded; null for the defaults. Drills of another cluster do not count.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NoPrimaryException">There was no primary within <see cref="ConnectionsOptions.WaitTimeout"/>.</exception>
    /// <exception cref="NpgsqlException">The table cannot be read.</exception>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public static async Task<DrillHistory> ReadAsync(HaDataSource dataSource, DrillHistoryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        options = Valid(options);
        options.ClusterName ??= dataSource.Runtime.Options.ClusterName;
        return Of(await new TableLedger(dataSource.Runtime).ReadAsync(cancellationToken).ConfigureAwait(false), options, dataSource.Runtime.Time.GetUtcNow());
    }

    internal static DrillHistory Of(DrillLedger ledger, DrillHistoryOptions options, DateTimeOffset now) => new(ledger, options, now);

    private static DrillHistoryOptions Valid(DrillHistoryOptions? options)
    {
        options ??= new DrillHistoryOptions();
        options.Validate();
        return options;
    }
}
