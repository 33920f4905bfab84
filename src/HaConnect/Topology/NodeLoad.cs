using System.Runtime.InteropServices;

namespace HaConnect.Topology;

/// <summary>
/// How many connections of a node are in the application's hands. Padded to a pair of cache lines, since the counters of two
/// nodes are changed by all cores at once.
/// </summary>
internal sealed class NodeLoad
{
    private Padded _inUse;

    internal long InUse => Volatile.Read(ref _inUse.Value);

    internal void Increment() => Interlocked.Increment(ref _inUse.Value);

    internal void Decrement() => Interlocked.Decrement(ref _inUse.Value);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Padded
    {
        [FieldOffset(128)]
        internal long Value;
    }
}
