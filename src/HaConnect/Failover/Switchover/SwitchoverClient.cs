using System.Globalization;
using HaConnect.Connections;
using HaConnect.Options;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Failover.Switchover;

/// <summary>Asks the coordinator for a switchover, by a row on the primary, and waits for what becomes of it.</summary>
/// <param name="state">The cluster as it is seen from here.</param>
/// <param name="sessions">Opens a session of the control user that may write.</param>
/// <param name="options">The options.</param>
/// <param name="ensureStarted">Starts watching the cluster.</param>
/// <param name="time">The clock.</param>
internal sealed class SwitchoverClient(ClusterState state, Func<Node, ISessionSource> sessions, HaDatabaseOptions options, Action ensureStarted, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A coordinator looks for requests every two seconds.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    /// <summary>For all steps but the draining.</summary>
    private static readonly TimeSpan StepsTimeout = TimeSpan.FromSeconds(60);

    internal async Task<SwitchoverResult> RunAsync(string? target, SwitchoverOptions wanted, CancellationToken cancellationToken)
    {
        Check(target);
        ensureStarted();
        var before = state.Current;
        if (before is not { PrimaryNode: { } primary, Term: { } term })
            throw new NoPrimaryException($"A switchover needs an established primary. {before.Describe()}", before, isTransient: true, null);
        if (target == primary.Name)
            return new SwitchoverResult(false, primary.Name, term, $"{target} is the primary already");

        var source = sessions(primary);
        await using var _ = source.ConfigureAwait(false);
        var askedBy = InstanceName.Create(); // of this request alone
        ISession? session = await source.OpenAsync(StatementTimeout, cancellationToken).ConfigureAwait(false);
        try
        {
            var id = await AskAsync(session, target, askedBy, wanted, cancellationToken).ConfigureAwait(false);
            wanted.Progress?.Report(string.Create(CultureInfo.InvariantCulture, $"asked {primary.Name} for switchover {id}"));
            var (startedAt, limit, told) = (time.GetTimestamp(), StartTimeout, new Request(null, null, null, null));
            while (true)
            {
                if (Ended(state.Current, primary, term) is { } result)
                    return result;
                if (time.GetElapsedTime(startedAt) > limit)
                    return await GiveUpAsync(session, id, told, limit).ConfigureAwait(false);
                if (session is not null && await LookAsync(session, id, cancellationToken).ConfigureAwait(false) is var seen)
                {
                    if (seen is null)
                    {
                        // The primary ends sessions, or is gone: from here on what this instance sees of the cluster tells.
                        await session.DisposeAsync().ConfigureAwait(false);
                        session = null;
                    }
                    else
                    {
                        Report(wanted.Progress, told, seen);
                        if (seen.Outcome is { } outcome && outcome != SwitchoverRequest.Succeeded)
                            return new SwitchoverResult(false, state.Current.Primary?.Name, state.Current.Term, $"called off: {outcome}");
                        if (seen.StartedAt is not null && told.StartedAt is null)
                            (startedAt, limit) = (time.GetTimestamp(), wanted.DrainTimeout + StepsTimeout);
                        told = seen;
                    }
                }

                await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (session is not null)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            session = null;
            await TakeBackAsync(source, askedBy).ConfigureAwait(false);
            throw;
        }
        finally
        {
            if (session is not null)
                await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Check(string? target)
    {
        if (options.Failover.Mode != FailoverMode.Coordinate)
            throw new InvalidOperationException($"A switchover changes settings on the servers, but Failover.Mode is {options.Failover.Mode}. Ask an instance with Failover.Mode = Coordinate.");
        if (target is not null && !ConfiguredNode.DataNodesOf(options).Any(n => n.Name == target))
            throw new ArgumentException($"No data node is named '{target}'; configured are {string.Join(", ", ConfiguredNode.DataNodesOf(options).Select(n => n.Name))}.", nameof(target));
    }

    /// <summary>The established term says it, whoever asked.</summary>
    private static SwitchoverResult? Ended(ClusterSnapshot now, Node primary, long term) => now is { Primary: { } successor, Term: { } newTerm } && newTerm > term
        ? ReferenceEquals(successor.Node, primary)
            ? new SwitchoverResult(false, successor.Name, newTerm, $"called off after a term was promised: {successor.Name} has taken writes again in term {newTerm}; the audit trail says why")
            : new SwitchoverResult(true, successor.Name, newTerm, $"{successor.Name} is the primary of term {newTerm}")
        : null;

    private static async Task<long> AskAsync(ISession session, string? target, string askedBy, SwitchoverOptions wanted, CancellationToken cancellationToken)
    {
        await session.QueryAsync(ControlSql.CreateRequests, static _ => true, StatementTimeout, cancellationToken).ConfigureAwait(false);
        return await session.QueryAsync(ControlSql.AskForSwitchover, static row => row.GetInt64(0), StatementTimeout, cancellationToken,
            (object?)target ?? DBNull.Value, wanted.DrainTimeout, wanted.TerminatesOpenTransactions, askedBy).ConfigureAwait(false);
    }

    private static async Task<Request?> LookAsync(ISession session, long id, CancellationToken cancellationToken)
    {
        try
        {
            return await session.QueryAsync(ControlSql.LookAtRequest, static row => new Request(At(row, 0), At(row, 1), row.IsDBNull(2) ? null : row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3)),
                StatementTimeout, cancellationToken, id).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return null;
        }
    }

    private async Task<SwitchoverResult> GiveUpAsync(ISession? session, long id, Request told, TimeSpan waited)
    {
        if (told.StartedAt is null && session is not null)
        {
            await session.QueryAsync(ControlSql.EndRequest, static _ => true, StatementTimeout, CancellationToken.None, id, "nobody waits for it any more").ConfigureAwait(false);
            return new SwitchoverResult(false, state.Current.Primary?.Name, state.Current.Term, $"no coordinator has begun with it within {waited}: is there one (Failover.Mode = Coordinate), and does it hold a majority?");
        }

        return new SwitchoverResult(false, state.Current.Primary?.Name, state.Current.Term, $"what has become of it cannot be seen from here after {waited}; the audit trail says it");
    }

    /// <summary>Unless a coordinator has begun with it.</summary>
    private static async Task TakeBackAsync(ISessionSource source, string askedBy)
    {
        try
        {
            var session = await source.OpenAsync(StatementTimeout, CancellationToken.None).ConfigureAwait(false);
            await using var _ = session.ConfigureAwait(false);
            await session.QueryAsync(ControlSql.TakeBackRequests, static _ => true, StatementTimeout, CancellationToken.None, askedBy).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            // It ends by itself: nobody begins with one that is older than half a minute.
        }
    }

    private static void Report(IProgress<string>? progress, Request before, Request now)
    {
        if (now.StartedAt is not null && before.StartedAt is null)
            progress?.Report($"{now.Coordinator} has begun: every instance is told, and open transactions come to their end");
        if (now.SealedAt is not null && before.SealedAt is null)
            progress?.Report("the former primary takes no writes any more; the target takes over");
    }

    private static DateTime? At(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDateTime(column);

    private sealed record Request(DateTime? StartedAt, DateTime? SealedAt, string? Coordinator, string? Outcome);
}
