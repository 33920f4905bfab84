using HaConnect.Connections;
using HaConnect.Options;
using HaConnect.Topology;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Failover.Manual;

/// <summary>Records on the primary what is not to be done by itself, and waits until whoever could succeed it has that on record, too.</summary>
/// <param name="state">The cluster as it is seen from here.</param>
/// <param name="sessions">Opens a session of the control user that may write.</param>
/// <param name="options">The options.</param>
/// <param name="ensureStarted">Starts watching the cluster.</param>
/// <param name="time">The clock.</param>
internal sealed class PauseClient(ClusterState state, Func<Node, ISessionSource> sessions, HaDatabaseOptions options, Action ensureStarted, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(5);

    /// <summary>False where it was paused already.</summary>
    internal Task<bool> PauseAsync(string? node, string reason, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reason))
            throw new ArgumentException("Give a reason: whoever finds the cluster paused has to know it.", nameof(reason));
        return ChangeAsync(node, ControlSql.Pause, [(object?)node ?? DBNull.Value, reason, InstanceName.Create()], cancellationToken);
    }

    /// <summary>False where it was not paused.</summary>
    internal Task<bool> ResumeAsync(string? node, CancellationToken cancellationToken) =>
        ChangeAsync(node, ControlSql.Resume, [(object?)node ?? DBNull.Value, InstanceName.Create()], cancellationToken);

    /// <summary>
    /// Nothing is done by itself ever again. False where that was said already. Not before the standbys that have to ack are seen to follow, since
    /// whoever sees the word goes by it at once.
    /// </summary>
    internal async Task<bool> GiveUpAsync(string clusterName, CancellationToken cancellationToken)
    {
        Confirmation.Require(options, clusterName);
        RequireCoordinate();
        ensureStarted();
        if (state.Current is { IsGivenUp: true, PrimaryNode: not null } said)
            return await AtPrimaryAsync(said, async (session, primary) =>
            {
                await AwaitFlushAsync(session, primary, cancellationToken).ConfigureAwait(false);
                return false;
            }, cancellationToken).ConfigureAwait(false);

        var now = await EstablishedPrimary.WaitAsync(state, options.Connections.WaitTimeout, "To give coordination up", time, cancellationToken).ConfigureAwait(false);
        if (WhyNotGivenUp(now) is { } why)
            throw new InvalidOperationException($"Coordination was not given up: {why}. {now.Describe()}");
        return await AtPrimaryAsync(now, async (session, primary) =>
        {
            await AwaitFlushAsync(session, primary, cancellationToken).ConfigureAwait(false);
            var term = await session.QueryAsync(ControlSql.GiveUp, static row => row.HasRows ? row.GetInt64(0) : (long?)null, StatementTimeout, cancellationToken, InstanceName.Create()).ConfigureAwait(false);
            await AwaitFlushAsync(session, primary, cancellationToken).ConfigureAwait(false);
            var newest = await session.QueryAsync(ControlSql.NewestTerm, static row => row.GetInt64(0), StatementTimeout, cancellationToken).ConfigureAwait(false);
            return term is null || newest == term
                ? term is not null
                : throw new InvalidOperationException($"Coordination was not given up: a coordinator has begun term {newest} meanwhile. Repeat it when that is established.");
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whoever goes by recovery and timelines must find one primary.</summary>
    private static string? WhyNotGivenUp(ClusterSnapshot now)
    {
        if (now.IsSwitchingOver)
            return "a switchover is under way; wait for its end";
        var others = now.Nodes.Where(n => n.Role == NodeRole.Primary && n.Name != now.Primary!.Name && (n.Timeline ?? int.MaxValue) >= (now.Primary.Timeline ?? 0)).Select(n => n.Name).ToList();
        return others.Count == 0 ? null : $"{string.Join(", ", others)} is out of recovery too, on no earlier timeline than {now.Primary!.Name}, and would be taken for the primary, or keep it from being taken for one; stop it, or bring it back as a standby";
    }

    private void RequireCoordinate()
    {
        if (options.Failover.Mode != FailoverMode.Coordinate)
            throw new InvalidOperationException($"This is kept on the servers, but Failover.Mode is {options.Failover.Mode}. Ask an instance with Failover.Mode = Coordinate.");
    }

    private async Task<bool> ChangeAsync(string? node, string statement, object[] parameters, CancellationToken cancellationToken)
    {
        RequireCoordinate();
        if (node is not null)
            ConfiguredNode.RequireDataNode(options, node, nameof(node));
        ensureStarted();
        var now = await EstablishedPrimary.WaitAsync(state, options.Connections.WaitTimeout, "What is recorded on the primary", time, cancellationToken).ConfigureAwait(false);
        return await AtPrimaryAsync(now, async (session, primary) =>
        {
            await session.QueryAsync(ControlSql.CreatePauses, static row => true, StatementTimeout, cancellationToken).ConfigureAwait(false);
            var isChanged = await session.QueryAsync(statement, static row => row.HasRows, StatementTimeout, cancellationToken, parameters).ConfigureAwait(false);
            await AwaitFlushAsync(session, primary, cancellationToken).ConfigureAwait(false);
            return isChanged;
        }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> AtPrimaryAsync(ClusterSnapshot now, Func<ISession, Node, Task<bool>> work, CancellationToken cancellationToken)
    {
        var primary = now.PrimaryNode!;
        var source = sessions(primary);
        await using var _ = source.ConfigureAwait(false);
        try
        {
            var session = await source.OpenAsync(StatementTimeout, cancellationToken).ConfigureAwait(false);
            await using var __ = session.ConfigureAwait(false);
            return await work(session, primary).ConfigureAwait(false);
        }
        catch (NpgsqlException e)
        {
            throw new NoPrimaryException($"{primary.Name} did not record it: {e.Message}. {now.Describe()}", now, e.IsTransient, e);
        }
    }

    /// <summary>Also where nothing was changed: whoever did may not have waited for it.</summary>
    private async Task AwaitFlushAsync(ISession session, Node primary, CancellationToken cancellationToken)
    {
        var (standbys, required) = await session.QueryAsync(ControlSql.ReadTerms, static row => row.HasRows ? (row.GetFieldValue<string[]>(2), row.GetInt32(3)) : ([], 0), StatementTimeout, cancellationToken, false).ConfigureAwait(false);
        var lsn = await session.QueryAsync(ControlSql.FlushedLsn, static row => row.GetFieldValue<NpgsqlLogSequenceNumber>(0), StatementTimeout, cancellationToken).ConfigureAwait(false);
        var startedAt = time.GetTimestamp();
        while (await session.QueryAsync(ControlSql.Flushed, static row => row.GetInt32(0), StatementTimeout, cancellationToken, standbys, lsn).ConfigureAwait(false) < required)
        {
            if (time.GetElapsedTime(startedAt) > options.Connections.WaitTimeout)
                throw new TimeoutException($"What is on record on {primary.Name} is not on {required} of {string.Join(", ", standbys)} within Connections.WaitTimeout = {options.Connections.WaitTimeout}: after a failover it might be forgotten. Repeat it when they stream.");
            await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
