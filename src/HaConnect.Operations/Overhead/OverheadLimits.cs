namespace HaConnect.Operations;

/// <summary>How much opening a connection through HaConnect may cost beyond a plain NpgsqlDataSource to the same node. Every one has to be kept.</summary>
public sealed class OverheadLimits
{
    /// <summary>Time through HaConnect over plain time, by the median of the rounds; greater than 0, 1.5 by default.</summary>
    public double MaxRatio { get; init; } = 1.5;

    /// <summary>Time added to each opening, by the median of the rounds; from 0, 5 µs by default.</summary>
    public TimeSpan MaxAdded { get; init; } = TimeSpan.FromMicroseconds(5);

    /// <summary>Bytes allocated beyond plain by each opening; from 0, 0 by default.</summary>
    public long MaxAddedBytes { get; init; }

    internal static void Check(OverheadLimits limits)
    {
        if (!(limits.MaxRatio > 0))
            throw new ArgumentOutOfRangeException(nameof(limits), limits.MaxRatio, "OverheadLimits.MaxRatio must be greater than 0.");
        if (limits.MaxAdded < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(limits), limits.MaxAdded, "OverheadLimits.MaxAdded must not be negative.");
        if (limits.MaxAddedBytes < 0)
            throw new ArgumentOutOfRangeException(nameof(limits), limits.MaxAddedBytes, "OverheadLimits.MaxAddedBytes must not be negative.");
    }
}
