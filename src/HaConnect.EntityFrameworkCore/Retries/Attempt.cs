using HaConnect.Commits;
using HaConnect.Consistency;
using Npgsql;

namespace HaConnect.EntityFrameworkCore.Retries;

/// <summary>
/// What one attempt at an operation has done that an attempt after it would do twice. While it commits it is not given up, and once it was given up it does not commit.
/// </summary>
internal sealed class Attempt
{
    private const int Open = 0;
    private const int InCommit = 1;
    private const int GivenUp = 2;

    private readonly CancellationToken _caller;
    private readonly CancellationToken _own;
    private int _state;
    private CommitWatch? _watch;
    private ToldSession? _session;

    /// <summary>Of no execution strategy.</summary>
    internal Attempt()
    {
    }

    /// <param name="caller">The caller's token.</param>
    /// <param name="own">What it runs with: cancelled too when its node is lost.</param>
    internal Attempt(CancellationToken caller, CancellationToken own) => (_caller, _own, IsOfStrategy) = (caller, own, true);

    internal bool IsOfStrategy { get; }

    /// <summary>Something that may write runs outside of a transaction.</summary>
    internal bool IsWriting => _watch is not null;

    /// <summary>Something of it was applied, or may have been.</summary>
    internal bool MayBeApplied { get; private set; }

    /// <summary>Its node was lost, and what ran was cancelled for that.</summary>
    internal bool IsGivenUp => Volatile.Read(ref _state) == GivenUp;

    internal bool CallerGaveUp => _caller.IsCancellationRequested;

    /// <summary>Who may give up a commit: the caller, not the loss of its node, which the commit heeds by itself.</summary>
    internal CancellationToken CallerOf(CancellationToken token) => IsOfStrategy && token == _own ? _caller : token;

    internal void Writing(NpgsqlConnection connection, ToldSession? session)
    {
        _watch?.Stop();
        (_watch, _session) = (new CommitWatch(connection), session);
    }

    /// <summary>What may have been written outside of a transaction is applied; nothing where there was nothing.</summary>
    /// <exception cref="CommitOutcomeUnknownException">The wait for a synchronous standby was cancelled.</exception>
    internal Task HasWrittenAsync() => Applied()?.HasWrittenAsync() ?? Task.CompletedTask;

    /// <summary>The same where the primary must not be asked for its position: the scope knows the moment.</summary>
    /// <exception cref="CommitOutcomeUnknownException">The wait for a synchronous standby was cancelled.</exception>
    internal void HasWritten() => Applied()?.HasWritten();

    /// <returns>Whom to tell.</returns>
    private ToldSession? Applied()
    {
        if (_watch is not { } watch)
            return null;
        watch.Stop();
        MayBeApplied = true;
        if (watch.NotConfirmed)
        {
            _session?.MayHaveWritten();
            throw CommitOutcomeUnknownException.Of("Whether the statement was applied is not known: the wait for a synchronous standby was cancelled, so that its commit is not confirmed.", "", null, isTransient: false, null);
        }

        _watch = null;
        return _session;
    }

    /// <summary>What may have been written outside of a transaction may be applied or not.</summary>
    internal void MayHaveWritten()
    {
        MayBeApplied = true;
        _session?.MayHaveWritten();
    }

    internal void HasApplied() => MayBeApplied = true;

    /// <summary>The commit has ended, however.</summary>
    internal void HasCommitted() => Interlocked.CompareExchange(ref _state, Open, InCommit);

    /// <exception cref="OperationCanceledException">It was given up before.</exception>
    internal void Committing()
    {
        if (Interlocked.CompareExchange(ref _state, InCommit, Open) == GivenUp)
            throw new OperationCanceledException("The transaction was given up before its COMMIT, since its node is lost. It is not applied.");
    }

    /// <summary>Whether it was given up by this, rather than before, or not at all since it commits.</summary>
    internal bool TryGiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Open) == Open;
}
