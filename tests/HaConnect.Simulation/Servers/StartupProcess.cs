namespace HaConnect.Simulation.Servers;

/// <summary>A standby's startup process: replays, and keeps a WAL receiver going.</summary>
internal sealed class StartupProcess(ServerProcess process)
{
    private const long RetryInterval = 5_000_000;

    private bool _stopped;
    private int _attempt;
    private int? _receivedFrom;
    private int _received;
    private bool _hasReceived;

    internal WalReceiver? Receiver { get; private set; }

    /// <summary>
    /// As <c>pg_last_wal_receive_lsn()</c> has it: null until streaming was first asked for since the start; then the start of a segment,
    /// as after each change of timeline, until something is received.
    /// </summary>
    internal ulong? Received => _receivedFrom is { } from ? Wal.SegmentStartLsn(from)
        : !_hasReceived ? null
        : EndsAmidRecord && _received == process.Disk.Flushed ? Wal.LsnAmidNext(_received) : Wal.Lsn(_received);

    /// <summary>The beginning of a record whose rest never came.</summary>
    internal bool EndsAmidRecord { get; set; }

    internal int HighestTimelineSeen { get; set; }

    /// <summary>Replay is held up by a query or a slow disk, until the fault ends.</summary>
    internal bool IsStuck { get; private set; }

    /// <summary><c>pg_wal_replay_pause()</c>.</summary>
    internal bool IsPaused { get; private set; }

    private bool IsDelayed => process.Setting("recovery_min_apply_delay") is not ("" or "0");

    /// <summary>
    /// Amid replay it does not look after the receiver: none is started, and one that leads elsewhere by now goes on receiving and
    /// reporting until replay goes on (PostgreSQL's WaitForWALToBecomeAvailable, which is not reached).
    /// </summary>
    private bool IsHeldUp => IsStuck || IsPaused || (IsDelayed && process.Replayed < process.Disk.Flushed);

    /// <summary>Waits for WAL from nowhere: the wait event by which a cut-off standby is known.</summary>
    internal bool IsIdle => Receiver is null && !IsStuck && (process.Replayed >= process.Disk.Flushed || IsDelayed || IsPaused);

    /// <summary>Streaming is asked for, the first time since the start or on another timeline: from the start of a segment.</summary>
    internal void ReceivesFrom(int index) => _receivedFrom = index;

    internal void HasReceived(int index) => (_receivedFrom, _received, _hasReceived) = (null, index, true);

    /// <summary>New WAL was flushed: replays it, unless something holds replay up.</summary>
    internal void CatchUp()
    {
        if (!IsStuck && !IsDelayed && !IsPaused)
            process.ReplayTo(process.Disk.Flushed);
    }

    internal void ReplayEverything() => process.ReplayTo(process.Disk.Flushed);

    internal void Stick() => IsStuck = true;

    internal void Pause() => IsPaused = true;

    internal void Resume()
    {
        if (!IsPaused)
            return;
        IsPaused = false;
        GoOn();
    }

    internal void Unstick()
    {
        IsStuck = false;
        if (process.Accepts && process.InRecovery)
            GoOn();
    }

    /// <summary>Replays what has gathered, then looks after the receiver again, by the configuration as it has been read meanwhile.</summary>
    private void GoOn()
    {
        CatchUp();
        process.Actor.After(50_000, OnReload);
    }

    internal void TryReceive()
    {
        process.HandleStartupSignals();
        if (_stopped || IsHeldUp || !process.InRecovery || Receiver is not null || process.StartupConninfo.Length == 0)
            return;
        var attempt = ++_attempt;
        if (process.Server.World.Conninfo.UpstreamOf(process.StartupConninfo) is { } name && process.Server.World.Servers.Find(s => s.Name == name) is { } upstream && upstream != process.Server)
        {
            if (Received is null)
                ReceivesFrom(process.Disk.Flushed);
            Receiver = new WalReceiver(process, upstream);
            Receiver.Connect();
        }
        else
        {
            process.Actor.After(RetryInterval, () => RetryAfter(attempt));
        }
    }

    internal void ReceiverEnded(WalReceiver receiver)
    {
        if (Receiver != receiver)
            return;
        Receiver = null;
        CatchUp();
        var attempt = _attempt;
        process.Actor.After(RetryInterval, () => RetryAfter(attempt));
    }

    /// <summary>The startup process has read the configuration again: ends a receiver that leads elsewhere, and does not wait for the next attempt.</summary>
    internal void OnReload()
    {
        CatchUp();
        if (Receiver is { } receiver && process.Server.World.Conninfo.UpstreamOf(process.StartupConninfo) != receiver.Upstream.Name)
        {
            // The receiver takes a moment to end, and may still receive and report meanwhile.
            process.Actor.After(process.Server.Dice.Between(500, 45_000), () =>
            {
                if (Receiver != receiver || IsHeldUp || process.Server.World.Conninfo.UpstreamOf(process.StartupConninfo) == receiver.Upstream.Name)
                    return;
                receiver.Stop();
                TryReceive();
            });
            return;
        }

        TryReceive();
    }

    internal void StopForPromotion()
    {
        _stopped = true;
        Receiver?.Stop();
    }

    private void RetryAfter(int attempt)
    {
        if (attempt == _attempt)
            TryReceive();
    }
}
