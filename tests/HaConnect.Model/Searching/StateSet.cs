using System.Numerics;

namespace HaConnect.Model;

/// <summary>All states found, whole (no state is taken for another by its hash), with the state each was first reached from.</summary>
internal sealed class StateSet(int words)
{
    private const int ChunkBits = 16;
    private readonly List<ulong[]> _chunks = [];
    private readonly List<int[]> _parents = [];
    private int[] _slots = new int[1 << 16];

    internal int Count { get; private set; }

    internal ReadOnlySpan<ulong> this[int index] => _chunks[index >> ChunkBits].AsSpan((index & ((1 << ChunkBits) - 1)) * words, words);

    internal int ParentOf(int index) => _parents[index >> ChunkBits][index & ((1 << ChunkBits) - 1)];

    /// <summary>False where it was there already.</summary>
    internal bool Add(ReadOnlySpan<ulong> state, int parent)
    {
        if (Count * 2 > _slots.Length)
            Grow();
        var slot = SlotOf(state);
        for (; _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (this[_slots[slot] - 1].SequenceEqual(state))
                return false;
        }

        var within = Count & ((1 << ChunkBits) - 1);
        if (within == 0)
        {
            _chunks.Add(new ulong[words << ChunkBits]);
            _parents.Add(new int[1 << ChunkBits]);
        }

        state.CopyTo(_chunks[^1].AsSpan(within * words));
        _parents[^1][within] = parent;
        _slots[slot] = ++Count;
        return true;
    }

    private int SlotOf(ReadOnlySpan<ulong> state)
    {
        var hash = 0x9E3779B97F4A7C15UL;
        foreach (var word in state)
            hash = (BitOperations.RotateLeft(hash, 27) ^ word) * 0x9FB21C651E98DF25UL;
        return (int)((hash ^ (hash >> 29)) & (uint)(_slots.Length - 1));
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        for (var i = 0; i < Count; i++)
        {
            var slot = SlotOf(this[i]);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = i + 1;
        }
    }
}
