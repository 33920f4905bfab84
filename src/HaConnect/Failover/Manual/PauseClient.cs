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
        return ChangeAsync(node, ControlSql.CreatePauses, ControlSql.Pause, [(object?)node ?? DBNull.Value, reason, InstanceName.Create()], cancellationToken);
    }

    /// <summary>False where it was not paused.</summary>
    internal Task<bool> ResumeAsync(string? node, CancellationToken cancellationToken) =>
        ChangeAsync(node, ControlSql.CreatePauses, ControlSql.Resume, [(object?)node ?? DBNull.Value, InstanceName.Create()], cancellationToken);

    /// <summary>Nothing is done by itself ever again. False where that was said already.</summary>
    internal Task<bool> GiveUpAsync(string clusterName, CancellationToken cancellationToken)
    {
        Confirmation.Require(options, clusterName);
        return ChangeAsync(null, ControlSql.HasSchema, ControlSql.GiveUp, [InstanceName.Create()], cancellationToken);
    }

    private async Task<bool> ChangeAsync(string? node, string prepare, string statement, object[] parameters, CancellationToken cancellationToken)
    {
        if (options.Failover.Mode != FailoverMode.Coordinate)
            throw new InvalidOperationException($"This is kept on the servers, but Failover.Mode is {options.Failover.Mode}. Ask an instance with Failover.Mode = Coordinate.");
        if (node is not null)
            ConfiguredNode.RequireDataNode(options, node, nameof(node));
        ensureStarted();
        var now = await EstablishedPrimary.WaitAsync(state, options.Connections.WaitTimeout, "What is recorded on the primary", time, cancellationToken).ConfigureAwait(false);
        var source = sessions(now.PrimaryNode!);
        await using var _ = source.ConfigureAwait(false);
        try
        {
            var session = await source.OpenAsync(StatementTimeout, cancellationToken).ConfigureAwait(false);
            await using var __ = session.ConfigureAwait(false);
            await session.QueryAsync(prepare, static row => true, StatementTimeout, cancellationToken).ConfigureAwait(false);
            var isChanged = await session.QueryAsync(statement, static row => row.HasRows, StatementTimeout, cancellationToken, parameters).ConfigureAwait(false);
            await AwaitFlushAsync(session, now.PrimaryNode!, cancellationToken).ConfigureAwait(false);
            return isChanged;
        }
        catch (NpgsqlException e)
        {
            throw new NoPrimaryException($"{now.PrimaryNode!.Name} did not record it: {e.Message}. {now.Describe()}", now, e.IsTransient, e);
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
                throw new TimeoutException($"It is on record on {primary.Name}, but not on {required} of {string.Join(", ", standbys)} within Connections.WaitTimeout = {options.Connections.WaitTimeout}: after a failover it might be forgotten. Repeat it when they stream.");
            await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
