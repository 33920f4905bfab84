using HaConnect.Simulation.Network;

namespace HaConnect.Simulation.Servers;

/// <summary>
/// A standby's WAL receiver. It hears its upstream at least every second; when it has heard nothing for
/// <c>wal_receiver_timeout</c> it ends, and at once when its connection is reset.
/// </summary>
internal sealed class WalReceiver(ServerProcess standby, SimServer upstream)
{
    internal const long Timeout = 2_000_000;
    private const long KeepAlive = 1_000_000;

    private readonly Pipe _down = new(upstream.World.Network, upstream.Host, standby.Server.Host);
    private WalSender? _sender;
    private long _heardSince;
    private long? _deafSince;
    private int _generation;
    private bool _ended;

    internal SimServer Upstream => upstream;

    internal Pipe Up { get; } = new(upstream.World.Network, standby.Server.Host, upstream.Host);

    internal string Status { get; private set; } = "starting";

    private World World => standby.Server.World;

    /// <summary>How long ago it heard its upstream, by the standby's clock.</summary>
    internal long SilentFor => Status != "streaming" ? 0 : World.Scheduler.Now - LastHeard;

    private long LastHeard
    {
        get
        {
            var until = _deafSince ?? World.Scheduler.Now;
            return until - ((until - _heardSince) % KeepAlive);
        }
    }

    internal void Connect()
    {
        World.Network.Send(Up, () => upstream.AcceptReceiver(this, standby));
    }

    internal void Refused(string status) => World.Network.Send(_down, () => standby.Actor.Run(() =>
    {
        if (_ended)
            return;
        Status = status;
        if (status == "refused")
            End();
        else
            standby.Actor.After(5_000_000, End); // 'waiting': it knocks again and again
    }));

    internal void Accepted(WalSender sender, int from, Disk of) => World.Network.Send(_down, () => standby.Actor.Run(() =>
    {
        if (_ended || !standby.InRecovery)
        {
            sender.Break();
            return;
        }

        _sender = sender;
        Status = "streaming";
        _heardSince = World.Scheduler.Now;
        standby.Startup.EndsAmidRecord = false;
        standby.Startup.HighestTimelineSeen = Math.Max(standby.Startup.HighestTimelineSeen, of.Timeline);
        if (standby.Disk.Timeline != of.Timeline)
        {
            standby.Disk.TakeTimeline(of);
            standby.Startup.ReceivesFrom(from);
        }

        World.Trace($"{standby.Server.Name} streams from {upstream.Name} on timeline {of.Timeline} from entry {from}");
        Report();
        Reconsider();
    }));

    internal void Deliver(WalEntry[] entries, int from) => World.Network.Send(_down, () => standby.Actor.Run(() =>
    {
        if (_ended || standby.Disk.Wal.Count != from || !standby.InRecovery)
            return;
        standby.Disk.Wal.AddRange(entries);
        standby.Disk.Flushed = standby.Disk.Wal.Count;
        standby.Startup.HasReceived(standby.Disk.Flushed);
        standby.Startup.CatchUp();
        standby.SendAll();
        Report();
    }));

    /// <summary>The connection was reset by the upstream, or the part of a record arrived whose rest never will.</summary>
    internal void Reset(bool amidRecord) => World.Network.Send(_down, () => standby.Actor.Run(() =>
    {
        if (amidRecord && Status == "streaming" && !_ended)
            standby.Startup.EndsAmidRecord = true;
        End();
    }));

    /// <summary>The standby ends it: shut down or pointed elsewhere.</summary>
    internal void Stop()
    {
        if (_ended)
            return;
        UpstreamForgets();
        End();
    }

    internal void UpstreamForgets()
    {
        if (_sender is { } sender)
            World.Network.Send(Up, sender.Remove);
        else
            World.Network.Send(Up, () => upstream.Process?.Senders.Find(s => s.Receiver == this)?.Remove());
    }

    /// <summary>A link was cut or healed, or a process frozen or thawed: is the upstream still heard?</summary>
    internal void Reconsider()
    {
        if (_ended || Status != "streaming")
            return;
        var hears = World.Network.IsOpen(standby.Server.Host, upstream.Host) && upstream.Process is { Actor.IsFrozen: false };
        if (hears)
        {
            if (_deafSince is not null)
                _heardSince = World.Scheduler.Now;
            _deafSince = null;
        }
        else if (_deafSince is null)
        {
            _deafSince = World.Scheduler.Now;
            var generation = ++_generation;
            standby.Actor.After(LastHeard + Timeout - World.Scheduler.Now, () =>
            {
                if (_deafSince is not null && generation == _generation)
                    Stop();
            });
        }
    }

    private void Report()
    {
        var flushed = standby.Disk.Flushed;
        World.Network.Send(Up, () => _sender?.Reported(flushed));
    }

    private void End()
    {
        if (_ended)
            return;
        _ended = true;
        standby.Startup.ReceiverEnded(this);
    }
}
