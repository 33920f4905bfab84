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

    /// <summary>After a look that failed: the primary is gone, or ends sessions.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>A coordinator looks for requests every two seconds.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(1);

    /// <summary>For all steps but the draining.</summary>
    private static readonly TimeSpan StepsTimeout = TimeSpan.FromSeconds(60);

    internal async Task<SwitchoverResult> RunAsync(string? target, SwitchoverOptions wanted, CancellationToken cancellationToken)
    {
        Check(target);
        ensureStarted();
        var before = await EstablishedPrimary.WaitAsync(state, options.Connections.WaitTimeout, "A switchover", time, cancellationToken).ConfigureAwait(false);
        var (primary, term) = (before.PrimaryNode!, before.Term!.Value);
        if (target == primary.Name)
            return new SwitchoverResult(false, primary.Name, term, $"{target} is the primary already");

        var source = sessions(primary);
        await using var _ = source.ConfigureAwait(false);
        var session = new RequestSession(source, InstanceName.Create()); // of this request alone
        await using var __ = session.ConfigureAwait(false);
        try
        {
            var id = await AskAsync(session, before, term, target, wanted, cancellationToken).ConfigureAwait(false);
            wanted.Progress?.Report(string.Create(CultureInfo.InvariantCulture, $"asked {primary.Name} for switchover {id}"));
            var result = await WaitAsync(session, new Asked(primary, term, target, wanted), cancellationToken).ConfigureAwait(false);
            return wanted.TerminatesOpenTransactions ? result with { EndedSessions = await EndedSessionsAsync(session).ConfigureAwait(false) } : result;
        }
        catch (OperationCanceledException)
        {
            // Also where the answer was lost: it may have been asked all the same.
            wanted.Progress?.Report(Sentence(await session.TakeBackAsync("taken back by who asked for it").ConfigureAwait(false)));
            throw;
        }
    }

    /// <summary>The result stands whether the former primary still says it or not.</summary>
    private async Task<IReadOnlyList<string>> EndedSessionsAsync(RequestSession session)
    {
        using var patience = new CancellationTokenSource(LastLook, time);
        try
        {
            return (await session.LookAsync(patience.Token).ConfigureAwait(false))?.EndedSessions ?? [];
        }
        catch (OperationCanceledException)
        {
            return [];
        }
    }

    private void Check(string? target)
    {
        if (options.Failover.Mode != FailoverMode.Coordinate)
            throw new InvalidOperationException($"A switchover changes settings on the servers, but Failover.Mode is {options.Failover.Mode}. Ask an instance with Failover.Mode = Coordinate.");
        if (target is not null)
            ConfiguredNode.RequireDataNode(options, target, nameof(target));
    }

    private static async Task<long> AskAsync(RequestSession session, ClusterSnapshot now, long term, string? target, SwitchoverOptions wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await session.AskAsync(term, target, wanted, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            // It may have been asked all the same, and only the answer was lost.
            var taken = Sentence(await session.TakeBackAsync("taken back by who asked for it, to whom nobody answered").ConfigureAwait(false));
            throw new NoPrimaryException($"{now.PrimaryNode!.Name} could not be asked for a switchover, or did not answer: {e.Message}. {taken}. {now.Describe()}", now, isTransient: (e as NpgsqlException)?.IsTransient ?? true, e);
        }
    }

    private async Task<SwitchoverResult> WaitAsync(RequestSession session, Asked asked, CancellationToken cancellationToken)
    {
        var (startedAt, limit, told, hasBegun) = (time.GetTimestamp(), StartTimeout, RequestRecord.None, false);
        while (true)
        {
            // A look can take as long as a connection to a primary that is gone: what this instance sees of the cluster does not wait for it.
            using var patience = new CancellationTokenSource(Left(startedAt, limit), time);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            var looking = session.LookAsync(ended.Token);
            var result = await WatchAsync(looking, asked, ended.Token).ConfigureAwait(false);

            // Whoever takes the request back needs the session for himself.
            await ended.CancelAsync().ConfigureAwait(false);
            await ((Task)looking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (result is not null)
                return result;

            if (looking is { IsCompletedSuccessfully: true, Result: { } seen })
            {
                Report(asked.Wanted.Progress, told, seen);
                if (seen.Outcome is { } outcome && outcome != SwitchoverRequest.Succeeded)
                    return Failed($"called off: {outcome}");
                if (seen.StartedAt is not null && !hasBegun)
                    (startedAt, limit, hasBegun) = (time.GetTimestamp(), asked.Wanted.DrainTimeout + StepsTimeout, true);
                told = seen;
            }

            if (Left(startedAt, limit) > TimeSpan.Zero)
            {
                var pause = Task.Delay(looking is { IsCompletedSuccessfully: true, Result: not null } ? PollInterval : RetryInterval, time, cancellationToken);
                if (await WatchAsync(pause, asked, cancellationToken).ConfigureAwait(false) is { } now)
                    return now;
                continue;
            }

            if (hasBegun)
                return Failed($"what has become of it cannot be seen from here after {limit}; {NewTerm(asked)}the audit trail says it");
            if (await session.TakeBackAsync("nobody waits for it any more").ConfigureAwait(false) is var taken && taken is not (TakenBack.HadBegun or TakenBack.HadEnded))
                return Ended(state.Current, asked) ?? Failed($"no coordinator has begun with it within {limit}: is there one (Failover.Mode = Coordinate), and does it hold a majority? {Sentence(taken)}");
            (startedAt, limit, hasBegun) = (time.GetTimestamp(), asked.Wanted.DrainTimeout + StepsTimeout, true);
        }
    }

    private TimeSpan Left(long startedAt, TimeSpan limit) => limit - time.GetElapsedTime(startedAt) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>What this instance sees of the cluster, until the task ends or the token; null where that says nothing.</summary>
    private async Task<SwitchoverResult?> WatchAsync(Task task, Asked asked, CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = cancellationToken.Register(end.SetResult).ConfigureAwait(false);
        while (true)
        {
            var change = state.NextChange;
            if (Ended(state.Current, asked) is { } result)
                return result;
            if (task.IsCompleted || end.Task.IsCompleted)
                return null;
            await Task.WhenAny(task, change, end.Task).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Another established primary says it, whoever asked. A new term of the same one does not: a coordinator can have taken it for reasons of its
    /// own; what has become of the request is then on record there.
    /// </summary>
    private static SwitchoverResult? Ended(ClusterSnapshot now, Asked asked)
    {
        if (now is not { Primary: { } successor, Term: { } newTerm } || newTerm <= asked.Term || ReferenceEquals(successor.Node, asked.Primary))
            return null;
        return asked.Target is null || successor.Name == asked.Target
            ? new SwitchoverResult(true, successor.Name, newTerm, $"{successor.Name} is the primary of term {newTerm}")
            : new SwitchoverResult(false, successor.Name, newTerm, $"{successor.Name}, and not {asked.Target}, has become the primary, in term {newTerm}; the audit trail says why");
    }

    private string NewTerm(Asked asked) => state.Current is { Primary: { } primary, Term: { } term } && term > asked.Term ? string.Create(CultureInfo.InvariantCulture, $"{primary.Name} is the primary of term {term} now; ") : "";

    private static string Sentence(TakenBack taken) => taken switch
    {
        TakenBack.Yes => "The request was taken back: no coordinator had begun with it, and none will",
        TakenBack.HadBegun => "The request could not be taken back: a coordinator has begun with it and goes on; the audit trail says what becomes of it",
        TakenBack.HadEnded => "The request had ended already; the audit trail says how",
        TakenBack.NotThere => "The request is not on record; should it still arrive, it is void half a minute after it was asked",
        TakenBack.Unknown => "Whether the request was taken back is not known; unless a coordinator begins with it, it is void half a minute after it was asked",
        _ => throw new ArgumentOutOfRangeException(nameof(taken), taken, "No such outcome."),
    };

    private static void Report(IProgress<string>? progress, RequestRecord before, RequestRecord now)
    {
        if (now.StartedAt is not null && before.StartedAt is null)
            progress?.Report($"{now.Coordinator} has begun: every instance is told, and open transactions come to their end");
        if (now.SealedAt is not null && before.SealedAt is null)
            progress?.Report("the former primary takes no writes any more; the target takes over");
    }

    private SwitchoverResult Failed(string reason) => new(false, state.Current.Primary?.Name, state.Current.Term, reason);

    private sealed record Asked(Node Primary, long Term, string? Target, SwitchoverOptions Wanted);
}
