using HaConnect.Failover.Promotion;

namespace HaConnect.Simulation.Servers;

/// <summary>An upstream's WAL sender to one standby.</summary>
internal sealed class WalSender(ServerProcess upstream, WalReceiver receiver, string standbyName, int from)
{
    private int _sent = from;
    private bool _pushPending;
    private bool _gone;
    private SynchronousNames? _names = SynchronousNames.Parse(upstream.Setting("synchronous_standby_names"));

    internal WalReceiver Receiver => receiver;

    internal string StandbyName => standbyName;

    internal bool IsStreaming { get; private set; }

    /// <summary>What the standby last said it has flushed.</summary>
    internal int Flushed { get; private set; }

    internal void Push()
    {
        if (_gone || _pushPending || _sent >= upstream.Disk.Flushed)
            return;
        _pushPending = true;
        upstream.Actor.After(30, () =>
        {
            _pushPending = false;
            if (_gone)
                return;
            var (first, count) = (_sent, upstream.Disk.Flushed - _sent);
            _sent = upstream.Disk.Flushed;
            receiver.Deliver([.. upstream.Disk.Wal.GetRange(first, count)], first);
        });
    }

    internal void Reported(int flushed) => upstream.Actor.Run(() =>
    {
        if (_gone)
            return;
        IsStreaming = true;
        if (flushed > Flushed)
            Flushed = flushed;
        if (IsSynchronous)
            upstream.Commits.Release(_names!);
    });

    /// <summary>Each sender reads the files for itself: whether its standby counts, and how many it takes, is as the sender has it.</summary>
    internal void OnReload() => upstream.Actor.After(upstream.Server.Dice.Between(20, 5_000), () =>
        _names = SynchronousNames.Parse(upstream.Disk.Settings.GetValueOrDefault("synchronous_standby_names", "")));

    internal bool IsSynchronous => _names?.Names.Contains(StandbyName, StringComparer.Ordinal) == true;

    /// <summary>The standby has said so, or its connection was closed.</summary>
    internal void Remove()
    {
        _gone = true;
        upstream.Senders.Remove(this);
    }

    /// <summary>This side ends it.</summary>
    internal void Break()
    {
        if (_gone)
            return;
        Remove();
        receiver.Reset(amidRecord: upstream.Server.Dice.OneIn(4));
    }
}
