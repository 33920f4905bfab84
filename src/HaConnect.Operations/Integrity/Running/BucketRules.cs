using System.Numerics;

namespace HaConnect.Operations.Integrity;

/// <summary>How a part is narrowed down: into how many buckets, and how many of them at once. Pure.</summary>
internal static class BucketRules
{
    internal const int Least = 256;
    internal const int Most = 65_536;
    private const int RowsEach = 500;

    /// <summary>A power of two.</summary>
    internal static int Count(long rows) => (int)Math.Clamp((long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(rows / RowsEach, 1)), Least, Most);

    /// <summary>The buckets that differ, in groups of no more rows than are looked at at once.</summary>
    internal static IEnumerable<int[]> Group(Dictionary<int, RowSum> left, Dictionary<int, RowSum> right, long mostRows)
    {
        List<int> group = [];
        long rows = 0;
        foreach (var bucket in left.Keys.Union(right.Keys).Where(b => left.GetValueOrDefault(b) != right.GetValueOrDefault(b)).Order())
        {
            var size = Math.Max(left.GetValueOrDefault(bucket).Count, right.GetValueOrDefault(bucket).Count);
            if (group.Count > 0 && rows + size > mostRows)
            {
                yield return [.. group];
                group.Clear();
                rows = 0;
            }

            group.Add(bucket);
            rows += size;
        }

        if (group.Count > 0)
            yield return [.. group];
    }

    internal static Dictionary<int, RowSum> Merge(IEnumerable<(int Bucket, RowSum Sum)> sums)
    {
        Dictionary<int, RowSum> merged = [];
        foreach (var (bucket, sum) in sums)
            merged[bucket] = merged.GetValueOrDefault(bucket) + sum;
        return merged;
    }
}
