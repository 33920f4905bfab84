namespace HaConnect.Simulation.Servers;

/// <summary>A standby's startup process: replays, and keeps a WAL receiver going.</summary>
internal sealed class StartupProcess(ServerProcess process)
{
    private const long RetryInterval = 5_000_000;

    private bool _stopped;
    private int _attempt;

    internal WalReceiver? Receiver { get; private set; }

    /// <summary>As <c>pg_last_wal_receive_lsn()</c> has it: null until something was received since the start, and set back when a stream begins.</summary>
    internal int? Received { get; set; }

    /// <summary>At the beginning of a stream it is the start of a segment, whatever was received in it before.</summary>
    internal ulong? ReceiveLsnAsShown => Received is not { } received ? null : HasReceivedOfStream ? Wal.Lsn(received) : Wal.SegmentLsn(received);

    internal bool HasReceivedOfStream { get; set; }

    /// <summary>The beginning of a record whose rest never came.</summary>
    internal bool EndsAmidRecord { get; set; }

    internal int HighestTimelineSeen { get; set; }

    /// <summary>Replay is held up by a query or a slow disk, until the fault ends.</summary>
    internal bool IsStuck { get; private set; }

    /// <summary><c>pg_wal_replay_pause()</c>.</summary>
    internal bool IsPaused { get; private set; }

    private bool IsDelayed => process.Setting("recovery_min_apply_delay") is not ("" or "0");

    /// <summary>Waits for WAL from nowhere: the wait event by which a cut-off standby is known.</summary>
    internal bool IsIdle => Receiver is null && !IsStuck && (process.Replayed >= process.Disk.Flushed || IsDelayed || IsPaused);

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
        IsPaused = false;
        CatchUp();
    }

    internal void Unstick()
    {
        IsStuck = false;
        if (process.Accepts && process.InRecovery)
            CatchUp();
    }

    internal void TryReceive()
    {
        if (_stopped || !process.InRecovery || Receiver is not null || process.StartupConninfo.Length == 0)
            return;
        var attempt = ++_attempt;
        if (process.Server.World.Conninfo.UpstreamOf(process.StartupConninfo) is { } name && process.Server.World.Servers.Find(s => s.Name == name) is { } upstream && upstream != process.Server)
        {
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
                if (Receiver != receiver || process.Server.World.Conninfo.UpstreamOf(process.StartupConninfo) == receiver.Upstream.Name)
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
