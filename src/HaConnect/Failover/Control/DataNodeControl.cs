using HaConnect.Failover.Promotion;
using HaConnect.Probing;
using NpgsqlTypes;

namespace HaConnect.Failover;

/// <summary>Acts on a data node by SQL, in its lock session.</summary>
internal sealed class DataNodeControl(string node, LockSession session, FailoverSettings settings, int lockObject) : INodeControl
{
    /// <summary>A promotion asked for just after the stream was lost sleeps for wal_retrieve_retry_interval (5 s) unless it is woken.</summary>
    private const int PollsPerNudge = 10;

    /// <summary>Where a checkpoint that takes its time cannot be told from one that syncs files, it is made to hurry.</summary>
    private const int PollsPerHurry = 40;

    private static readonly DateTime s_infinity = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);

    private readonly RecordReader _reader = new(node, session);
    private bool _registerIsKnown;
    private Register? _written;

    public Task<bool> TakeLockAsync(CancellationToken cancellationToken)
    {
        _registerIsKnown = false;
        return session.OpenAsync(cancellationToken);
    }

    public Task RenewAsync(CancellationToken cancellationToken) => session.ExecuteAsync(ControlSql.Renew, cancellationToken);

    public Task<VoterRecord> ReadRecordAsync(CancellationToken cancellationToken) => _reader.ReadAsync(cancellationToken);

    public async Task WriteRegisterAsync(Register register, CancellationToken cancellationToken)
    {
        var present = Register.Parse(await ReadRegisterAsync(cancellationToken).ConfigureAwait(false));
        if (present is not null && present.Node == node && present.Term > register.Term)
            throw new CommandRefusedException($"it has promised term {present.Term} to {present.Coordinator}");
        var literal = ControlSql.Literal(register.ToString());
        if (!_registerIsKnown)
        {
            // Before PostgreSQL 17 ALTER SYSTEM knows a custom setting only once the session has set it. Reset, it shows again what is loaded.
            await session.ExecuteAsync($"SET haconnect.term = {literal}", cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync(ControlSql.ResetRegister, cancellationToken).ConfigureAwait(false);
            _registerIsKnown = true;
        }

        await session.ExecuteAsync($"ALTER SYSTEM SET haconnect.term = {literal}", cancellationToken).ConfigureAwait(false);
        if (await ReadRegisterAsync(cancellationToken).ConfigureAwait(false) != register.ToString())
            throw new CommandRefusedException("its register does not read back as written");
        _written = register;
        if (register.Phase is RegisterPhase.Announced or RegisterPhase.Held)
            await session.ExecuteAsync(ControlSql.Reload, cancellationToken).ConfigureAwait(false); // loaded, any user's probe can see it
    }

    public async Task CutOffAsync(long term, CancellationToken cancellationToken)
    {
        await RequirePromiseAsync(term, cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync("ALTER SYSTEM SET primary_conninfo = ''", cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(ControlSql.Reload, cancellationToken).ConfigureAwait(false);

        // It does nothing where replay is not paused, and fails where a promotion is under way, which cannot be taken back.
        await session.ExecuteAsync(ControlSql.ResumeReplay, cancellationToken).ConfigureAwait(false);

        // Twice in a row: once the new setting is loaded and the startup process waits for WAL from nowhere, no receiver can come back.
        var polls = NewPace();
        for (var seen = 0; seen < 2;)
        {
            var s = await session.QueryAsync(ControlSql.CutOffState,
                static row => (IsGone: row.GetBoolean(0), IsWaiting: row.GetBoolean(1), IsPaused: row.GetBoolean(2), Delay: row.GetString(3)), cancellationToken).ConfigureAwait(false);
            await LetReplayAsync(s.IsPaused, s.Delay, cancellationToken).ConfigureAwait(false);
            seen = s.IsGone && s.IsWaiting ? seen + 1 : 0;
            if (seen < 2)
                await (seen == 1 ? polls.PauseBeforeSecondLookAsync() : polls.PauseAsync()).ConfigureAwait(false);
        }
    }

    public async Task<StandbyPosition> ReadPositionAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(ControlSql.ResumeReplay, cancellationToken).ConfigureAwait(false);
        ulong? before = null;
        for (var polls = NewPace(); ; await polls.PauseAsync().ConfigureAwait(false))
        {
            var p = await session.QueryAsync(ControlSql.Position, static row => (NoReceiver: row.GetBoolean(0), Received: Lsn(row, 1), Replayed: Lsn(row, 2),
                IsWaiting: row.GetBoolean(3), IsPaused: row.GetBoolean(4), Delay: row.GetString(5)), cancellationToken).ConfigureAwait(false);
            if (!p.NoReceiver)
                throw new CommandRefusedException("a WAL receiver has come back");
            await LetReplayAsync(p.IsPaused, p.Delay, cancellationToken).ConfigureAwait(false);

            // A received position may end amid a record that never came whole, so that replay stands still before it.
            if (p.Delay == "0" && !p.IsPaused && (p.Replayed >= p.Received && p.Received > 0 || (p.IsWaiting && before == p.Replayed)))
                return new StandbyPosition(await _reader.ReadTermAsync(newest: true, cancellationToken).ConfigureAwait(false), p.Received, p.Replayed);
            before = p.IsWaiting ? p.Replayed : null;
        }
    }

    public async Task SetSynchronousNamesAsync(string names, long term, CancellationToken cancellationToken)
    {
        await RequirePromiseAsync(term, cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(ControlSql.AllowWrites, cancellationToken).ConfigureAwait(false); // a fenced node may have rejoined with its settings
        await LoadSynchronousNamesAsync(names, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Returns when the names are in force, not only shown: every process has been told of them, and the checkpointer has been seen waiting
    /// for work twice since. Busy syncing files it may leave commits as they were for long (SynchronousNamesFacts).
    /// </summary>
    private async Task LoadSynchronousNamesAsync(string names, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = {ControlSql.Literal(names)}", cancellationToken).ConfigureAwait(false);
        await ReloadAsync(cancellationToken).ConfigureAwait(false);
        var bearers = SynchronousNames.Parse(names)?.Names.Select(n => n.ToLowerInvariant()).ToArray() ?? [];
        var polls = NewPace();
        for (var seen = 0; seen < 2;)
        {
            var state = await session.QueryAsync(ControlSql.NamesInForce,
                static row => (Shown: row.GetString(0), IsCounted: row.GetBoolean(1), IsIdle: row.GetBoolean(2), ShowsNoDelay: row.GetBoolean(3)), cancellationToken, [bearers]).ConfigureAwait(false);
            seen = state.Shown == names && !state.IsCounted && state.IsIdle ? seen + 1 : 0;
            if (!state.IsIdle && state.ShowsNoDelay && polls.Count % PollsPerHurry == PollsPerHurry - 1)
                await session.ExecuteAsync(ControlSql.Checkpoint, cancellationToken).ConfigureAwait(false);
            if (seen < 2)
                await (seen == 1 ? polls.PauseBeforeSecondLookAsync() : polls.PauseAsync()).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Returns when every process of the server has been told to read its files again: the postmaster tells one after the other, and comes
    /// to a second reload only when it is through with the first.
    /// </summary>
    private async Task ReloadAsync(CancellationToken cancellationToken)
    {
        for (var reloads = 0; reloads < 2; reloads++)
        {
            var before = await LoadTimeAsync(cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync(ControlSql.Reload, cancellationToken).ConfigureAwait(false);
            for (var polls = NewPace(); await LoadTimeAsync(cancellationToken).ConfigureAwait(false) == before;)
                await polls.PauseAsync().ConfigureAwait(false);
        }
    }

    public async Task VerifyAsync(long term, bool isCutOff, CancellationToken cancellationToken)
    {
        var (receivesNothing, holdsLock, text) = await session.QueryAsync(ControlSql.Verify,
            static row => (row.GetBoolean(0), row.GetBoolean(1), row.IsDBNull(2) ? null : row.GetString(2)), cancellationToken, (long)LockKey.Class, (long)(uint)lockObject).ConfigureAwait(false);
        if (!holdsLock)
            throw new CommandRefusedException("this session does not hold its lock");
        if (Register.Parse(text)?.Term != term)
            throw new CommandRefusedException($"its register is {text ?? "empty"}, not of term {term}");
        if (isCutOff && !receivesNothing)
            throw new CommandRefusedException("it receives WAL, or has left recovery");
    }

    public async Task PromoteAsync(PromotionOrder order, CancellationToken cancellationToken)
    {
        var asked = await session.QueryAsync(ControlSql.Promote, static row => row.HasRows, cancellationToken,
            (long)LockKey.Class, (long)(uint)lockObject, _written!.ToString(), new NpgsqlLogSequenceNumber(order.Position), order.SynchronousNames).ConfigureAwait(false);
        if (!asked)
            throw new CommandRefusedException("something the promotion relies on did not hold any more, so it was not promoted");
        for (var polls = NewPace(); await session.QueryAsync(ControlSql.InRecovery, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false);)
        {
            if (polls.Count % PollsPerNudge == PollsPerNudge - 1)
                await session.ExecuteAsync(ControlSql.Reload, cancellationToken).ConfigureAwait(false);
            await polls.PauseAsync().ConfigureAwait(false);
        }
    }

    public async Task RepointAsync(string primary, long term, CancellationToken cancellationToken)
    {
        await RequirePromiseAsync(term, cancellationToken).ConfigureAwait(false);

        // Also where it is loaded already: the file may say otherwise, and would come into force at the next reload.
        var conninfo = settings.Conninfo.Build(node, primary);
        await session.ExecuteAsync($"ALTER SYSTEM SET primary_conninfo = {ControlSql.Literal(conninfo)}", cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(ControlSql.Reload, cancellationToken).ConfigureAwait(false);

        // Whoever looks next must not take it for one that follows nobody.
        for (var polls = NewPace(); await session.QueryAsync(ControlSql.Conninfo, static row => row.GetString(0), cancellationToken).ConfigureAwait(false) != conninfo;)
            await polls.PauseAsync().ConfigureAwait(false);
    }

    public async Task<ulong> CommitTermAsync(TermRow row, IReadOnlyList<string> voters, string reason, CancellationToken cancellationToken)
    {
        await RequirePromiseAsync(row.Term, cancellationToken).ConfigureAwait(false);
        if (!await session.QueryAsync(ControlSql.HasSchema, static r => r.GetBoolean(0), cancellationToken).ConfigureAwait(false))
            await session.ExecuteAsync(ControlSql.CreateSchema, cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(ControlSql.InsertTerm, cancellationToken, row.Term, row.Primary, row.SynchronousStandbys.ToArray(), row.Required,
            voters.ToArray(), settings.ControlDatabase, settings.Coordinator, reason, row.MayLackFrom is { } lsn ? new NpgsqlLogSequenceNumber(lsn) : DBNull.Value).ConfigureAwait(false);
        return await session.QueryAsync(ControlSql.FlushedLsn, static r => (ulong)r.GetFieldValue<NpgsqlLogSequenceNumber>(0), cancellationToken).ConfigureAwait(false);
    }

    public async Task AwaitFlushAsync(ulong lsn, IReadOnlyList<string> standbys, int required, CancellationToken cancellationToken)
    {
        var names = standbys.ToArray();
        for (var polls = NewPace(); await session.QueryAsync(ControlSql.Flushed, static row => row.GetInt32(0), cancellationToken, names, new NpgsqlLogSequenceNumber(lsn)).ConfigureAwait(false) < required;)
            await polls.PauseAsync().ConfigureAwait(false);
    }

    /// <summary>In one statement, so that no request stays open whose term is established, unless that is refused.</summary>
    public async Task MarkEstablishedAsync(long term, ulong lsn, NodeCommand.EndRequest? ended, CancellationToken cancellationToken)
    {
        var position = new NpgsqlLogSequenceNumber(lsn);
        if (ended is not null && await session.QueryAsync(ControlSql.HasRequests, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await session.ExecuteAsync(ControlSql.MarkEstablishedAndEnd, cancellationToken, ended.Id, ended.Outcome, node, term, position).ConfigureAwait(false);
                return;
            }
            catch (CommandRefusedException)
            {
                // Somebody holds the request's row, say: no term may hang on that.
            }
        }

        await session.ExecuteAsync(ControlSql.MarkEstablished, cancellationToken, term, position).ConfigureAwait(false);
    }

    /// <summary>
    /// Looked at before, under the lock without which neither its register nor its rows are written: it must not be the primary of the
    /// term in force, nor of one that is under way, nor one that was promoted by hand, which holds the row of that term.
    /// </summary>
    public async Task FenceAsync(long term, CancellationToken cancellationToken)
    {
        if (await session.QueryAsync(ControlSql.InRecovery, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))
            throw new CommandRefusedException("it is a standby");
        if (!settings.Broken.HasFlag(BrokenRules.FenceRegardless))
        {
            if (await _reader.ReadTermAsync(newest: true, cancellationToken).ConfigureAwait(false) is { } own && own.Term >= term)
                throw new CommandRefusedException($"it holds the row of term {own.Term}");
            if (Register.Parse(await ReadRegisterAsync(cancellationToken).ConfigureAwait(false)) is { } register && register.Node == node && register.Term > term)
                throw new CommandRefusedException($"it has promised term {register.Term} to {register.Coordinator}");
        }

        // Names that nobody bears, never none, which would release whoever waits. The last ones say that its clients are gone, too.
        var closedAt = await RefuseWritesAsync(cancellationToken).ConfigureAwait(false);
        await LoadSynchronousNamesAsync(SynchronousNames.Fencing(term), cancellationToken).ConfigureAwait(false);
        for (var polls = NewPace(); await session.QueryAsync(ControlSql.TerminateClients, static row => row.GetInt32(0), cancellationToken, closedAt).ConfigureAwait(false) > 0;)
            await polls.PauseAsync().ConfigureAwait(false);
        await LoadSynchronousNamesAsync(SynchronousNames.Fenced(term), cancellationToken).ConfigureAwait(false);
    }

    public async Task StartRequestAsync(long id, string target, CancellationToken cancellationToken)
    {
        if (!await session.QueryAsync(ControlSql.StartRequest, static row => row.HasRows, cancellationToken, id, settings.Coordinator, target).ConfigureAwait(false))
            throw new CommandRefusedException($"switchover {id} has been tried before");
    }

    public async Task AwaitInstancesAsync(CancellationToken cancellationToken)
    {
        // Before writes are held. The user may lack the privilege: then the pause is longer.
        if (await session.QueryAsync(ControlSql.IsWorthSwitching, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))
            await session.ExecuteAsync(ControlSql.SwitchWal, cancellationToken).ConfigureAwait(false);
        var since = await NowAsync(cancellationToken).ConfigureAwait(false);
        for (var polls = NewPace(); await session.QueryAsync(ControlSql.UnawareInstances, static row => row.GetInt32(0), cancellationToken, since).ConfigureAwait(false) > 0;)
            await polls.PauseAsync().ConfigureAwait(false);
        for (var polls = NewPace(); !await session.QueryAsync(ControlSql.NamesInForce, static row => row.GetBoolean(2), cancellationToken, [Array.Empty<string>()]).ConfigureAwait(false);)
            await polls.PauseAsync().ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<string>> DrainAsync(NodeCommand.Drain order, CancellationToken cancellationToken)
    {
        // Asked for together with the register that tells it; where that could not be written nobody holds anything.
        if (_written is not { Phase: RegisterPhase.Held })
            throw new CommandRefusedException("that writes are held is not on record");
        var since = await NowAsync(cancellationToken).ConfigureAwait(false);
        var (startedAt, polls) = (session.Time.GetTimestamp(), NewPace());
        var ended = new List<string>();
        for (DateTime? closedAt = null; ; await polls.PauseAsync().ConfigureAwait(false))
        {
            var (left, who) = await session.QueryAsync(ControlSql.Undrained, static row => (row.GetInt32(0), row.IsDBNull(1) ? "" : row.GetString(1)), cancellationToken, since, closedAt ?? s_infinity).ConfigureAwait(false);
            var isLate = session.Time.GetElapsedTime(startedAt) > order.Timeout;
            if (left == 0 && closedAt is not null)
                return ended;
            if (left > 0 && isLate && !order.Terminates)
                throw new CommandRefusedException($"not drained within {order.Timeout}: {who}");
            if (closedAt is null && (left == 0 || isLate))
                closedAt = await RefuseWritesAsync(cancellationToken).ConfigureAwait(false);
            else if (isLate)
                await EndOpenAsync(order.RequestId, closedAt!.Value, ended, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whoever was told to end is on record before anything that follows; a process can take a moment, and is told again.</summary>
    private async Task EndOpenAsync(long request, DateTime closedAt, List<string> ended, CancellationToken cancellationToken)
    {
        var told = await session.QueryAsync(ControlSql.TerminateOpen, static row => row.GetFieldValue<string[]>(0), cancellationToken, closedAt).ConfigureAwait(false);
        var news = told.Except(ended, StringComparer.Ordinal).ToArray();
        if (news.Length == 0)
            return;
        ended.AddRange(news);
        await session.ExecuteAsync(ControlSql.RecordEnded, cancellationToken, request, news).ConfigureAwait(false);
    }

    /// <summary>Returns a moment from which on every transaction that begins is read-only, unless its session has it otherwise.</summary>
    private async Task<DateTime> RefuseWritesAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(ControlSql.RefuseWrites, cancellationToken).ConfigureAwait(false);
        await ReloadAsync(cancellationToken).ConfigureAwait(false);
        return await NowAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<ulong> SealAsync(long term, long requestId, CancellationToken cancellationToken)
    {
        await RequirePromiseAsync(term, cancellationToken).ConfigureAwait(false);
        await LoadSynchronousNamesAsync(SynchronousNames.Fenced(term), cancellationToken).ConfigureAwait(false);

        // A local commit flushes all that was written before it, asynchronous commits included.
        await session.ExecuteAsync(ControlSql.SealRequest, cancellationToken, requestId).ConfigureAwait(false);
        return await session.QueryAsync(ControlSql.FlushedLsn, static r => (ulong)r.GetFieldValue<NpgsqlLogSequenceNumber>(0), cancellationToken).ConfigureAwait(false);
    }

    public async Task AwaitSmallLagAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (startedAt, received) = (session.Time.GetTimestamp(), (await LagAsync(cancellationToken).ConfigureAwait(false)).Received);
            for (var polls = NewPace(); (await LagAsync(cancellationToken).ConfigureAwait(false)).Replayed < received;)
                await polls.PauseAsync().ConfigureAwait(false);
            if (session.Time.GetElapsedTime(startedAt) <= limit)
                return;
        }
    }

    private Task<(ulong Received, ulong Replayed)> LagAsync(CancellationToken cancellationToken) =>
        session.QueryAsync(ControlSql.Lag, static row => (Lsn(row, 0), Lsn(row, 1)), cancellationToken);

    public async Task AwaitReplayAsync(ulong lsn, CancellationToken cancellationToken)
    {
        for (var polls = NewPace(); !await session.QueryAsync(ControlSql.HasReplayed, static row => row.GetBoolean(0), cancellationToken, new NpgsqlLogSequenceNumber(lsn)).ConfigureAwait(false);)
            await polls.PauseAsync().ConfigureAwait(false);
    }

    public async Task ReopenAsync(Register register, string names, CancellationToken cancellationToken)
    {
        if (Register.Parse(await ReadRegisterAsync(cancellationToken).ConfigureAwait(false)) is { } present && present.Node == node && present.Term > register.Term)
            throw new CommandRefusedException($"it has promised term {present.Term} to {present.Coordinator}");

        // Taken over as it is, so that whoever comes after a halfway end finds that it is held.
        await WriteRegisterAsync(register with { Phase = RegisterPhase.Held }, cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(ControlSql.AllowWrites, cancellationToken).ConfigureAwait(false);
        if (await session.QueryAsync(ControlSql.WrittenNames, static row => SynchronousNames.IsClosed(row.GetString(0)) || SynchronousNames.IsClosed(row.GetString(1)), cancellationToken).ConfigureAwait(false))
            await LoadSynchronousNamesAsync(names, cancellationToken).ConfigureAwait(false);
        else
            await ReloadAsync(cancellationToken).ConfigureAwait(false);

        // Only now: by then no session refuses a write that an instance lets go when it reads this.
        await WriteRegisterAsync(register, cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(ControlSql.Reload, cancellationToken).ConfigureAwait(false);
    }

    public async Task EndRequestAsync(long id, string outcome, CancellationToken cancellationToken)
    {
        if (await session.QueryAsync(ControlSql.HasRequests, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))
            await session.ExecuteAsync(ControlSql.EndRequest, cancellationToken, id, outcome, node).ConfigureAwait(false);
    }

    private Task<DateTime> LoadTimeAsync(CancellationToken cancellationToken) => session.QueryAsync(ControlSql.LoadTime, static row => row.GetDateTime(0), cancellationToken);

    private Task<DateTime> NowAsync(CancellationToken cancellationToken) => session.QueryAsync(ControlSql.Now, static row => row.GetDateTime(0), cancellationToken);

    public async Task SaveAuditAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            await session.ExecuteAsync(ControlSql.InsertAudit, cancellationToken, record.At.UtcDateTime, record.Cluster, record.Coordinator,
                (object?)record.Term ?? DBNull.Value, record.Step, (object?)record.Node ?? DBNull.Value, record.Sentence).ConfigureAwait(false);
        }
    }

    public Task CloseAsync() => session.CloseAsync();

    public ValueTask DisposeAsync() => session.DisposeAsync();

    /// <summary>Whoever else could have written it needs the lock that this session holds.</summary>
    private async Task RequirePromiseAsync(long term, CancellationToken cancellationToken)
    {
        var text = await ReadRegisterAsync(cancellationToken).ConfigureAwait(false);
        if (Register.Parse(text) is not { } register || register.Term != term || register.Node != node)
            throw new CommandRefusedException($"its register is {text ?? "empty"}, not of term {term}");
    }

    private Task<string?> ReadRegisterAsync(CancellationToken cancellationToken) =>
        session.QueryAsync(ControlSql.ReadRegister, static row => row.IsDBNull(0) ? null : row.GetString(0), cancellationToken);

    /// <summary>A startup process that is held up in replay keeps its receiver going, whatever the settings say (the conformance scripts show it).</summary>
    private async Task LetReplayAsync(bool isPaused, string delay, CancellationToken cancellationToken)
    {
        if (isPaused)
            await session.ExecuteAsync(ControlSql.ResumeReplay, cancellationToken).ConfigureAwait(false);
        if (delay == "0")
            return;
        await session.ExecuteAsync("ALTER SYSTEM SET recovery_min_apply_delay = 0", cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(ControlSql.Reload, cancellationToken).ConfigureAwait(false);
    }

    private PollPace NewPace() => new(session.Time);

    private static ulong Lsn(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? 0 : (ulong)row.GetFieldValue<NpgsqlLogSequenceNumber>(column);
}
