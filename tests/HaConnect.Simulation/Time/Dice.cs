namespace HaConnect.Simulation.Time;

/// <summary>
/// Random numbers of one actor or link (SplitMix64). Each has a stream of its own, so that taking one fault away barely disturbs the rest
/// of a run: that makes seeds shrinkable.
/// </summary>
internal sealed class Dice(ulong seed, string stream)
{
    private ulong _state = Mix(seed ^ Hash(stream));

    internal ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>From 0 to <paramref name="bound"/> − 1.</summary>
    internal int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>From <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    internal long Between(long low, long high) => low + (long)(Next() % (ulong)(high - low + 1));

    /// <summary>0 to 1.</summary>
    internal double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    internal bool OneIn(int n) => Below(n) == 0;

    internal T Of<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211;
        return hash;
    }
}
