using HaConnect.Connections;
using HaConnect.Probing;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Failover.Manual;

/// <summary>Asks the coordinator, by sessions on the standbys, for a failover that it does not make by itself, and waits for it.</summary>
/// <param name="state">The cluster as it is seen from here.</param>
/// <param name="sessions">Opens a session of the control user.</param>
/// <param name="options">The options.</param>
/// <param name="ensureStarted">Starts watching the cluster.</param>
/// <param name="time">The clock.</param>
internal sealed class ManualFailoverClient(ClusterState state, Func<Node, ISessionSource> sessions, HaDatabaseOptions options, Action ensureStarted, TimeProvider time)
{
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Coordinators look every two seconds, and wait up to ten times a step's time-out within one.</summary>
    private TimeSpan Limit => TimeSpan.FromSeconds(60) + (options.Failover.Fencing.Command is null ? TimeSpan.Zero : options.Failover.Fencing.Timeout * 2);

    internal async Task<SwitchoverResult> RunAsync(string clusterName, bool acceptsLoss, CancellationToken cancellationToken)
    {
        if (options.Failover.Mode != FailoverMode.Coordinate)
            throw new InvalidOperationException($"A failover changes settings on the servers, but Failover.Mode is {options.Failover.Mode}. Ask an instance with Failover.Mode = Coordinate.");
        Confirmation.Require(options, clusterName);
        ensureStarted();
        var lost = await LostTermAsync(cancellationToken).ConfigureAwait(false);
        var name = new ManualFailover(lost.Term, acceptsLoss).SessionName;
        var asked = await Task.WhenAll(state.Current.Nodes.Select(n => AskAsync(n.Node, name))).ConfigureAwait(false);
        try
        {
            return await WaitAsync(lost, [.. asked.Select(a => a.Failure).OfType<string>()], cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var (source, session, _) in asked)
            {
                if (session is not null)
                    await session.DisposeAsync().ConfigureAwait(false);
                await source.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes no token, so that whatever was opened is known and closed; it ends by its own limits.</summary>
    private async Task<(ISessionSource Source, ISession? Session, string? Failure)> AskAsync(Node node, string name)
    {
        var source = sessions(node);
        ISession? session = null;
        try
        {
            session = await source.OpenAsync(StatementTimeout, CancellationToken.None).ConfigureAwait(false);
            await session.QueryAsync(ControlSql.NameSession, static _ => true, StatementTimeout, CancellationToken.None, name).ConfigureAwait(false);
            return (source, session, null);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return (source, session, $"{node.Name} ({e.Message})");
        }
    }

    private async Task<TermRow> LostTermAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (true)
        {
            var (change, now) = (state.NextChange, state.Current);
            if (now is { PrimaryNode: null, NewestTerm: { } term })
                return term;
            var left = options.Connections.WaitTimeout - time.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero)
            {
                throw now.PrimaryNode is { } well
                    ? new InvalidOperationException($"{well.Name} is the primary and answers: ask for a switchover, which loses nothing. {now.Describe()}")
                    : new NoPrimaryException($"No term of this cluster is known here, so that there is nothing to fail over from. {now.Describe()}", now, isTransient: false, null);
            }

            await Task.WhenAny(change, Task.Delay(left, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<SwitchoverResult> WaitAsync(TermRow lost, List<string> failures, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (true)
        {
            var (change, now) = (state.NextChange, state.Current);
            if (now is { Primary: { } primary, Term: { } term })
            {
                return primary.Name == lost.Primary
                    ? new SwitchoverResult(false, primary.Name, term, $"{primary.Name} answers again")
                    : new SwitchoverResult(true, primary.Name, term, $"{primary.Name} is the primary of term {term}");
            }

            var left = Limit - time.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero)
            {
                var unasked = failures.Count == 0 ? "" : $" Could not be asked: {string.Join("; ", failures)}.";
                return new SwitchoverResult(false, null, now.NewestTerm?.Term, $"no coordinator has made a failover within {Limit}; its log and its audit trail say why.{unasked} {now.Describe()}");
            }

            await Task.WhenAny(change, Task.Delay(left, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
