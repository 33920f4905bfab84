using System.Runtime.InteropServices;

namespace HaConnect.Topology;

/// <summary>A promotion that this instance has seen in an unmanaged cluster: the new timeline holds the old one at least up to a position.</summary>
/// <param name="Timeline">The new timeline.</param>
/// <param name="Parent">The one that it goes on from.</param>
/// <param name="ContainedUpTo">What the promoted node was last seen to have replayed; what was written behind it may be missing.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TimelineFork(int Timeline, int Parent, ulong ContainedUpTo)
{
    /// <summary>Two nodes promoted from one parent have been the primary on it: nothing is known of what it holds.</summary>
    internal bool IsAmbiguous => Parent == 0;

    internal static TimelineFork Ambiguous(int timeline) => new(timeline, 0, 0);
}
