using System.Runtime.InteropServices;

namespace HaConnect;

/// <summary>How far a standby is behind the primary, with the instant of the measure.</summary>
/// <param name="Bytes">WAL bytes between the primary's insert position and the standby's replay position, as last probed.</param>
/// <param name="Time">
/// The proven upper bound of the staleness: everything acked longer ago than this before <paramref name="MeasuredAt"/> is visible.
/// </param>
/// <param name="MeasuredAt">When it was measured, by this instance's clock.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReplicaLag(long Bytes, TimeSpan Time, DateTimeOffset MeasuredAt);
