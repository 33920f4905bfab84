using System.Runtime.InteropServices;

namespace HaConnect.Topology;

/// <summary>
/// How many connections of a node are in the application's hands. Padded to a pair of cache lines, since the counters of two
/// nodes are changed by all cores at once.
/// </summary>
internal sealed class NodeLoad
{
    private Padded _reads;
    private Padded _writes;

    internal long InUse => Volatile.Read(ref _reads.Value) + Volatile.Read(ref _writes.Value);

    /// <summary>Those opened to the primary as such, whatever they are used for.</summary>
    internal long Writes => Volatile.Read(ref _writes.Value);

    internal void Increment(bool isWrite) => Interlocked.Increment(ref isWrite ? ref _writes.Value : ref _reads.Value);

    internal void Decrement(bool isWrite) => Interlocked.Decrement(ref isWrite ? ref _writes.Value : ref _reads.Value);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Padded
    {
        [FieldOffset(128)]
        internal long Value;
    }
}
