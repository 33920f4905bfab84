using System.Runtime.InteropServices;

namespace HaConnect.Operations.Rejoining;

/// <summary>A part of a server's history.</summary>
/// <param name="Timeline">Its number, which a twin's can be as well.</param>
/// <param name="Begin">Where it forked off the one before; 0 for the first.</param>
/// <param name="End">Where it was left for the next one; null for the last.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TimelineStretch(int Timeline, ulong Begin, ulong? End);
