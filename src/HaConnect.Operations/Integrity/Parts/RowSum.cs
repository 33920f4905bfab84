using System.Numerics;

namespace HaConnect.Operations.Integrity;

/// <summary>How many rows, and the sum of their hashes: the same, in whatever order they are read.</summary>
internal readonly record struct RowSum(long Count, BigInteger Sum)
{
    public static RowSum operator +(RowSum one, RowSum other) => new(one.Count + other.Count, one.Sum + other.Sum);
}
