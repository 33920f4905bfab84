namespace HaConnect.Operations.Drills.Load;

/// <summary>
/// What is proven of each standby, look by look. What it has once shown it goes on showing, so that what was proven is a bound at any later moment, too: it only grows
/// with the time. That makes a standby that answers no more late, and not unknown. For one caller at a time; pure.
/// </summary>
internal sealed class StandbyWatch
{
    private readonly Dictionary<string, DateTimeOffset> _freshAsOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (TimeSpan Time, long? Bytes, bool IsUnproven)> _greatest = new(StringComparer.Ordinal);

    /// <summary>Everything acked before this moment is visible on the standby; null where nothing is proven yet.</summary>
    internal DateTimeOffset? FreshAsOf(string standby) => _freshAsOf.TryGetValue(standby, out var at) ? at : null;

    /// <summary>Takes one look.</summary>
    internal void See(ClusterSnapshot snapshot, DateTimeOffset now)
    {
        foreach (var node in snapshot.Nodes)
        {
            if (node.Lag is { } lag && (FreshAsOf(node.Name) is not { } before || lag.MeasuredAt - lag.Time > before))
                _freshAsOf[node.Name] = lag.MeasuredAt - lag.Time;
            if (ReferenceEquals(node, snapshot.Primary))
                continue; // every other node is to be a standby: one that never answered is not proven, and not left out
            var seen = _greatest.GetValueOrDefault(node.Name);
            var bytes = node.Lag is { } l ? Math.Max(seen.Bytes ?? 0, l.Bytes) : seen.Bytes;
            _greatest[node.Name] = FreshAsOf(node.Name) is { } asOf ? (Longer(seen.Time, now - asOf), bytes, seen.IsUnproven) : (seen.Time, bytes, true);
        }
    }

    /// <summary>The greatest since the last call.</summary>
    internal IReadOnlyList<StandbyLoadLag> TakeGreatest()
    {
        StandbyLoadLag[] lags = [.. _greatest.OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new StandbyLoadLag(g.Key, g.Value.IsUnproven ? null : g.Value.Time, g.Value.Bytes))];
        _greatest.Clear();
        return lags;
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
