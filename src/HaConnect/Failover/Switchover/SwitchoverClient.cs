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
        var before = await FindPrimaryAsync(cancellationToken).ConfigureAwait(false);
        var (primary, term) = (before.PrimaryNode!, before.Term!.Value);
        if (target == primary.Name)
            return new SwitchoverResult(false, primary.Name, term, $"{target} is the primary already");

        var source = sessions(primary);
        await using var _ = source.ConfigureAwait(false);
        var askedBy = InstanceName.Create(); // of this request alone
        try
        {
            var (session, id) = await AskAsync(source, before, term, target, askedBy, wanted, cancellationToken).ConfigureAwait(false);
            await using var __ = session.ConfigureAwait(false);
            wanted.Progress?.Report(string.Create(CultureInfo.InvariantCulture, $"asked {primary.Name} for switchover {id}"));
            return await WaitAsync(source, session, id, primary, term, target, askedBy, wanted, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or NoPrimaryException)
        {
            // Also where the answer was lost: it may have been asked all the same.
            await TakeBackAsync(source, askedBy, "taken back by who asked for it").ConfigureAwait(false);
            throw;
        }
    }

    private void Check(string? target)
    {
        if (options.Failover.Mode != FailoverMode.Coordinate)
            throw new InvalidOperationException($"A switchover changes settings on the servers, but Failover.Mode is {options.Failover.Mode}. Ask an instance with Failover.Mode = Coordinate.");
        if (target is not null && !ConfiguredNode.DataNodesOf(options).Any(n => n.Name == target))
            throw new ArgumentException($"No data node is named '{target}'; configured are {string.Join(", ", ConfiguredNode.DataNodesOf(options).Select(n => n.Name))}.", nameof(target));
    }

    private async Task<ClusterSnapshot> FindPrimaryAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (true)
        {
            var (change, now) = (state.NextChange, state.Current);
            if (now is { PrimaryNode: not null, Term: not null })
                return now;
            var left = options.Connections.WaitTimeout - time.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero)
                throw new NoPrimaryException($"A switchover needs an established primary, and there was none within Connections.WaitTimeout = {options.Connections.WaitTimeout}. {now.Describe()}", now, isTransient: true, null);
            await Task.WhenAny(change, Task.Delay(left, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Takes no token between asking and knowing that it is asked: a request whose answer nobody waited for could not be taken back.</summary>
    private static async Task<(ISession Session, long Id)> AskAsync(
        ISessionSource source, ClusterSnapshot now, long term, string? target, string askedBy, SwitchoverOptions wanted, CancellationToken cancellationToken)
    {
        ISession? session = null;
        try
        {
            session = await source.OpenAsync(StatementTimeout, cancellationToken).ConfigureAwait(false);
            await session.QueryAsync(ControlSql.CreateRequests, static _ => true, StatementTimeout, CancellationToken.None).ConfigureAwait(false);
            var id = await session.QueryAsync(ControlSql.AskForSwitchover, static row => row.GetInt64(0), StatementTimeout, CancellationToken.None,
                term, (object?)target ?? DBNull.Value, wanted.DrainTimeout, wanted.TerminatesOpenTransactions, askedBy).ConfigureAwait(false);
            return (session, id);
        }
        catch (Exception e)
        {
            if (session is not null)
                await session.DisposeAsync().ConfigureAwait(false);
            if (e is NpgsqlException or TimeoutException)
                throw new NoPrimaryException($"{now.PrimaryNode!.Name} could not be asked for a switchover, or did not answer; it was taken back where that was possible: {e.Message}. {now.Describe()}", now, isTransient: (e as NpgsqlException)?.IsTransient ?? true, e);
            throw;
        }
    }

    private async Task<SwitchoverResult> WaitAsync(
        ISessionSource source, ISession session, long id, Node primary, long term, string? target, string askedBy, SwitchoverOptions wanted, CancellationToken cancellationToken)
    {
        var (startedAt, limit, told, canSee) = (time.GetTimestamp(), StartTimeout, new Request(null, null, null, null), true);
        while (true)
        {
            if (Ended(state.Current, primary, term, target) is { } result)
                return result;
            if (time.GetElapsedTime(startedAt) > limit)
                return await GiveUpAsync(source, askedBy, told, limit).ConfigureAwait(false);

            var seen = canSee ? await LookAsync(session, id, cancellationToken).ConfigureAwait(false) : null;
            canSee = seen is not null; // else the primary ends sessions, or is gone, and what this instance sees of the cluster tells
            if (seen is not null)
            {
                Report(wanted.Progress, told, seen);
                if (seen.Outcome is { } outcome && outcome != SwitchoverRequest.Succeeded)
                    return Failed($"called off: {outcome}");
                if (seen.StartedAt is not null && told.StartedAt is null)
                    (startedAt, limit) = (time.GetTimestamp(), wanted.DrainTimeout + StepsTimeout);
                told = seen;
            }

            await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The established term says it, whoever asked.</summary>
    private static SwitchoverResult? Ended(ClusterSnapshot now, Node primary, long term, string? target)
    {
        if (now is not { Primary: { } successor, Term: { } newTerm } || newTerm <= term)
            return null;
        if (ReferenceEquals(successor.Node, primary))
            return new SwitchoverResult(false, successor.Name, newTerm, $"called off after a term was promised: {successor.Name} has taken writes again in term {newTerm}; the audit trail says why");
        return target is null || successor.Name == target
            ? new SwitchoverResult(true, successor.Name, newTerm, $"{successor.Name} is the primary of term {newTerm}")
            : new SwitchoverResult(false, successor.Name, newTerm, $"{successor.Name}, and not {target}, has become the primary, in term {newTerm}; the audit trail says why");
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

    private async Task<SwitchoverResult> GiveUpAsync(ISessionSource source, string askedBy, Request told, TimeSpan waited)
    {
        if (told.StartedAt is not null)
            return Failed($"what has become of it cannot be seen from here after {waited}; the audit trail says it");
        await TakeBackAsync(source, askedBy, "nobody waits for it any more").ConfigureAwait(false);
        return Failed($"no coordinator has begun with it within {waited}: is there one (Failover.Mode = Coordinate), and does it hold a majority?");
    }

    private static async Task TakeBackAsync(ISessionSource source, string askedBy, string why)
    {
        try
        {
            var session = await source.OpenAsync(StatementTimeout, CancellationToken.None).ConfigureAwait(false);
            await using var _ = session.ConfigureAwait(false);
            await session.QueryAsync(ControlSql.TakeBackRequest, static _ => true, StatementTimeout, CancellationToken.None, askedBy, why).ConfigureAwait(false);
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

    private SwitchoverResult Failed(string reason) => new(false, state.Current.Primary?.Name, state.Current.Term, reason);

    private static DateTime? At(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDateTime(column);

    private sealed record Request(DateTime? StartedAt, DateTime? SealedAt, string? Coordinator, string? Outcome);
}
