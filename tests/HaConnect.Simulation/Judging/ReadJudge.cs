using HaConnect.Simulation.Servers;

namespace HaConnect.Simulation.Judging;

/// <summary>Whether a server shows everything that clients had seen acked before a moment. It remembers per server how far it has looked.</summary>
internal sealed class ReadJudge
{
    private readonly List<WalEntry> _acked = [];
    private readonly Dictionary<Disk, Seen> _seen = [];

    internal void Acked(WalEntry entry) => _acked.Add(entry);

    /// <summary>The first write acked before <paramref name="oldest"/> that the server does not show.</summary>
    internal WalEntry? Missing(ServerProcess process, long oldest)
    {
        if (!_seen.TryGetValue(process.Disk, out var seen))
            _seen[process.Disk] = seen = new Seen();
        if (seen.Process != process || seen.Generation != process.Disk.Generation)
        {
            (seen.Process, seen.Generation, seen.Applied, seen.Acked) = (process, process.Disk.Generation, 0, 0);
            seen.Writes.Clear();
        }

        for (; seen.Applied < process.Replayed; seen.Applied++)
        {
            if (process.Disk.Wal[seen.Applied].Write is > 0 and var write)
                seen.Writes.Add(write);
        }

        for (; seen.Acked < _acked.Count && _acked[seen.Acked].AckedAt < oldest; seen.Acked++)
        {
            if (!seen.Writes.Contains(_acked[seen.Acked].Write))
                return _acked[seen.Acked];
        }

        return null;
    }

    private sealed class Seen
    {
        internal ServerProcess? Process { get; set; }

        internal int Generation { get; set; }

        internal int Applied { get; set; }

        internal int Acked { get; set; }

        internal HashSet<long> Writes { get; } = [];
    }
}
