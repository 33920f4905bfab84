using Npgsql;

namespace HaConnect.Operations.Rejoining;

/// <summary>The primary to be followed, asked by SQL.</summary>
internal sealed class PrimaryServer : IWalFiles, IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;

    private PrimaryServer(NodeAddress node, NpgsqlDataSource source) => (Node, _source) = (node, source);

    internal NodeAddress Node { get; }

    internal int Major { get; private set; }

    internal ulong SystemIdentifier { get; private set; }

    internal int Timeline { get; private set; }

    internal int SegmentSize { get; private set; }

    /// <summary>Why a later primary may be out of sight; null where a majority of the data nodes, this one included, speaks for it.</summary>
    internal string? TooFewAnswer { get; private set; }

    /// <summary>Null where no coordinator has ever managed the cluster, or that was given up.</summary>
    internal (long Term, int Required)? Established { get; private set; }

    /// <summary>The newest established term of the node to be brought back, as far as this primary knows of it; null where it never was the primary.</summary>
    internal (long Term, int Required)? Reign { get; private set; }

    /// <summary>A term that only names other standbys is soon established.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>The primary of the newest established term; in a cluster without terms the only other node out of recovery.</summary>
    /// <exception cref="RejoinRefusedException">There is none, it cannot be reached, or a later term is under way.</exception>
    internal static async Task<PrimaryServer> FindAsync(string node, IReadOnlyList<NodeAddress> others, NpgsqlConnectionStringBuilder settings, TimeProvider time, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        Seen[] seen;
        Seen? newest;
        while (true)
        {
            seen = await Task.WhenAll(others.Select(o => LookAsync(o, node, settings, cancellationToken))).ConfigureAwait(false);
            newest = seen.Where(s => s.Established is not null).MaxBy(s => s.Established!.Value.Term);
            if (newest is null || seen.Max(s => s.LatestTerm) <= newest.Established!.Value.Term || time.GetElapsedTime(startedAt) > s_patience)
                break;
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken).ConfigureAwait(false);
        }

        if (newest is { Established.Primary: "" })
        {
            // Coordination was given up: from then on nobody knows which standbys had to ack.
            seen = [.. seen.Select(s => s with { Established = null, Reign = null })];
            newest = null;
        }

        if (newest is { Established: { } term })
        {
            if (seen.Max(s => s.LatestTerm) is var latest && latest > term.Term)
                throw new RejoinRefusedException($"Term {latest} is not established yet: a failover is under way, or came to no end. Wait until HaConnect has finished it.");
            if (term.Primary == node)
                throw new RejoinRefusedException($"{node} is itself the primary of term {term.Term}.");
        }

        var primaries = seen.Where(s => s.InRecovery == false && (newest?.Established is not { } t || s.Node.Name == t.Primary)).ToList();
        if (primaries is not [var primary])
        {
            throw new RejoinRefusedException($"A node can only be brought back behind an established primary, and there is {(primaries.Count == 0 ? "none" : "more than one node out of recovery, and no term that tells which")}: {string.Join("; ", seen.Select(s => s.ToString()))}.");
        }

        var server = new PrimaryServer(primary.Node, NpgsqlDataSource.Create(For(settings, primary.Node)));
        (server.Major, server.SystemIdentifier, server.Timeline, server.SegmentSize) = await server.AskAsync("""
            SELECT current_setting('server_version_num')::int / 10000, (SELECT system_identifier FROM pg_control_system()),
                   ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int, pg_size_bytes(current_setting('wal_segment_size'))::int
            """, static row => (row.GetInt32(0), (ulong)row.GetInt64(1), row.GetInt32(2), row.GetInt32(3)), cancellationToken).ConfigureAwait(false);
        server.Established = primary.Established is { } e ? (e.Term, e.Required) : null;
        server.Reign = primary.Reign;
        var answered = 1 + seen.Count(s => s.Problem is null);
        server.TooFewAnswer = answered > (others.Count + 1) / 2 ? null : $"{answered - 1} of the {others.Count} other nodes answer: {string.Join("; ", seen.Select(s => s.ToString()))}";
        if (await server.AskAsync("SELECT current_setting('synchronous_standby_names') LIKE '%haconnect\\_fenc%'", static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw new RejoinRefusedException($"{primary.Node.Name} is fenced: it is no primary any more, or a switchover is under way.");
        }

        return server;
    }

    /// <summary>Empty on timeline 1, which comes from none.</summary>
    internal async Task<string> ReadHistoryAsync(CancellationToken cancellationToken) => Timeline == 1
        ? ""
        : await AskAsync("SELECT pg_read_file('pg_wal/' || $1)", static row => row.GetString(0), cancellationToken, TimelineHistory.FileName(Timeline)).ConfigureAwait(false);

    public async Task<byte[]?> ReadAsync(string file, int offset, int length, CancellationToken cancellationToken)
    {
        var bytes = await AskAsync("SELECT pg_read_binary_file('pg_wal/' || $1, $2, $3, true)", static row => row.IsDBNull(0) ? null : row.GetFieldValue<byte[]>(0), cancellationToken,
            file, (long)offset, (long)length).ConfigureAwait(false);
        return bytes?.Length == length ? bytes : null;
    }

    internal Task<ulong> FlushedAsync(CancellationToken cancellationToken) =>
        AskAsync("SELECT pg_current_wal_flush_lsn()", static row => (ulong)row.GetFieldValue<NpgsqlTypes.NpgsqlLogSequenceNumber>(0), cancellationToken);

    /// <summary>Before 16 pg_rewind reads the source's timeline from its control file, which lags behind a promotion until a checkpoint.</summary>
    internal Task CheckpointAsync(CancellationToken cancellationToken) => AskAsync("CHECKPOINT", static _ => true, cancellationToken);

    internal Task<bool> IsCatchingUpAsync(string node, CancellationToken cancellationToken) =>
        AskAsync("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = $1 AND state = 'catchup')", static row => row.GetBoolean(0), cancellationToken, node);

    internal Task<bool> StreamsToAsync(string node, CancellationToken cancellationToken) =>
        AskAsync("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming' AND flush_lsn IS NOT NULL)", static row => row.GetBoolean(0), cancellationToken, node);

    /// <summary>At the node that was brought back.</summary>
    internal static async Task CreateSlotAsync(NodeAddress node, NpgsqlConnectionStringBuilder settings, string slot, CancellationToken cancellationToken)
    {
        var source = NpgsqlDataSource.Create(For(settings, node));
        await using var _ = source.ConfigureAwait(false);
        await AskAsync(source, "SELECT pg_create_physical_replication_slot($1) WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)", static _ => true, cancellationToken, slot).ConfigureAwait(false);
    }

    private Task<T> AskAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object[] parameters) => AskAsync(_source, sql, read, cancellationToken, parameters);

    private static async Task<T> AskAsync<T>(NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object[] parameters)
    {
        var command = source.CreateCommand(sql);
        await using var _ = command.ConfigureAwait(false);
        command.CommandTimeout = 0; // a checkpoint takes as long as it takes
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        return read(row);
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    internal static string For(NpgsqlConnectionStringBuilder settings, NodeAddress node) =>
        new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Host = node.SqlHost, Port = node.Port }.ConnectionString;

    private static async Task<Seen> LookAsync(NodeAddress node, string former, NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        try
        {
            var source = NpgsqlDataSource.Create(For(settings, node));
            await using var _ = source.ConfigureAwait(false);
            var (inRecovery, hasTerms) = await AskAsync(source, "SELECT pg_is_in_recovery(), to_regclass('haconnect.term') IS NOT NULL", static row => (row.GetBoolean(0), row.GetBoolean(1)), cancellationToken).ConfigureAwait(false);
            return hasTerms && await AskAsync(source, """
                    SELECT t.term, t.primary_node, t.required, greatest((SELECT max(term) FROM haconnect.term),
                           (SELECT max(split_part(f.setting, ',', 1)::bigint) FROM pg_file_settings f WHERE f.name = 'haconnect.term' AND split_part(f.setting, ',', 8) = $1)), f.term, f.required
                      FROM haconnect.term t LEFT JOIN (SELECT x.term, x.required FROM haconnect.term x WHERE x.primary_node = $2 AND x.established_lsn IS NOT NULL ORDER BY x.term DESC LIMIT 1) f ON true
                     WHERE t.established_lsn IS NOT NULL ORDER BY t.term DESC LIMIT 1
                    """, row => row.HasRows ? new Seen(node, inRecovery, (row.GetInt64(0), row.GetString(1), row.GetInt32(2)), row.GetInt64(3), null) { Reign = row.IsDBNull(4) ? null : (row.GetInt64(4), row.GetInt32(5)) } : null, cancellationToken, node.Name, former).ConfigureAwait(false) is { } seen
                ? seen
                : new Seen(node, inRecovery, null, 0, null);
        }
        catch (NpgsqlException e)
        {
            return new Seen(node, null, null, 0, e.Message);
        }
    }

    private sealed record Seen(NodeAddress Node, bool? InRecovery, (long Term, string Primary, int Required)? Established, long LatestTerm, string? Problem)
    {
        internal (long Term, int Required)? Reign { get; init; }

        public override string ToString() =>
            $"{Node.Name} {(InRecovery switch { null => $"does not answer ({Problem})", true => "is a standby", false => "is out of recovery" })}{(Established is { } e ? $", knows term {e.Term} of {e.Primary}" : "")}";
    }
}
