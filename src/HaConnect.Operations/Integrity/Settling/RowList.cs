namespace HaConnect.Operations.Integrity;

/// <summary>Lists of rows as a side has them. Pure.</summary>
internal static class RowList
{
    /// <summary>What makes two rows of one identity other than the sum of what they are.</summary>
    private const long OneMore = unchecked((long)0x9E3779B97F4A7C15);

    /// <summary>
    /// An identity that was seen twice is a row of its own, with the newer version. Where the row has moved within the table while that was read, the next look finds another version or only one of the two, so that it is
    /// never taken for one that stood still; where there really are two with the same key, each look finds the same, and it differs from one.
    /// </summary>
    /// <param name="rows">What a side has told, in whatever parts.</param>
    /// <param name="areCounted">Whether the digest is a count, of rows without a key.</param>
    internal static Dictionary<long, RowState> Merge(IEnumerable<(long Identity, RowState State)> rows, bool areCounted)
    {
        Dictionary<long, RowState> merged = [];
        foreach (var (identity, state) in rows)
        {
            merged[identity] = merged.TryGetValue(identity, out var other)
                ? new RowState(unchecked(state.Digest + other.Digest + (areCounted ? 0 : OneMore)), Math.Max(state.Version, other.Version))
                : state;
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
