namespace HaConnect.Operations.Integrity;

/// <summary>Lists of rows as a side has them. Pure.</summary>
internal static class RowList
{
    /// <summary>A version that no row has: one that was seen twice, since it moved within the table while that was read, is never taken for one that stood still.</summary>
    private static long s_moved = long.MinValue;

    /// <param name="rows">What a side has told, in whatever parts.</param>
    /// <param name="areCounted">Whether the digest is a count, of rows without a key.</param>
    internal static Dictionary<long, RowState> Merge(IEnumerable<(long Identity, RowState State)> rows, bool areCounted)
    {
        Dictionary<long, RowState> merged = [];
        foreach (var (identity, state) in rows)
        {
            merged[identity] = !merged.TryGetValue(identity, out var other) ? state
                : areCounted ? new RowState(state.Digest + other.Digest, Math.Max(state.Version, other.Version))
                : state with { Version = Interlocked.Increment(ref s_moved) };
        }

        return merged;
    }

    /// <summary>The rows that are not alike.</summary>
    internal static Dictionary<long, Candidate> Compare(Dictionary<long, RowState> left, Dictionary<long, RowState> right)
    {
        Dictionary<long, Candidate> candidates = [];
        foreach (var (identity, state) in left)
        {
            if (!right.TryGetValue(identity, out var other))
                candidates[identity] = new(state, null);
            else if (other.Digest != state.Digest)
                candidates[identity] = new(state, other);
        }

        foreach (var (identity, state) in right)
        {
            if (!left.ContainsKey(identity))
                candidates[identity] = new(null, state);
        }

        return candidates;
    }
}
