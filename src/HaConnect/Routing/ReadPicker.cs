using HaConnect.Topology;

namespace HaConnect.Routing;

/// <summary>
/// Picks one of the replicas that qualify for a read. It takes no lock and allocates nothing; all that it changes is a counter, and that for round
/// robin only.
/// </summary>
internal sealed class ReadPicker(ReadBalancing balancing, IReadBalancer? own = null)
{
    /// <summary>(√5 − 1) / 2: the multiples of no other number fill the unit interval as evenly.</summary>
    private const double GoldenRatio = 0.6180339887498949;

    [ThreadStatic]
    private static ulong t_dice;

    [ThreadStatic]
    private static ReadTarget[]? t_eligible;

    [ThreadStatic]
    private static ReadCandidate[]? t_candidates;

    private readonly bool _isDefault = balancing == ReadBalancing.LeastInUse && own is null;
    private int _turn = Random.Shared.Next(1024); // instances that start together do not go in step

    internal static ReadPicker LeastInUse { get; } = new(ReadBalancing.LeastInUse);

    /// <summary>One of the first <paramref name="count"/>; null where that is 0.</summary>
    /// <param name="targets">The replicas.</param>
    /// <param name="count">How many of them qualify.</param>
    /// <param name="areWeighed">Whether their weights may differ.</param>
    internal ReadTarget? Pick(ReadTarget[] targets, int count, bool areWeighed)
    {
        if (count <= 1)
            return count == 0 ? null : targets[0];
        if (areWeighed || !_isDefault)
            return PickOtherwise(targets.AsSpan(0, count), areWeighed);
        var (first, second) = RollTwo(count);
        var (a, b) = (targets[first], targets[second]);
        return b.Node.Load.InUse < a.Node.Load.InUse ? b : a;
    }

    /// <summary>One of those that meet the demand, wherever they stand; null where none does.</summary>
    internal ReadTarget? Pick(ReadTarget[] targets, long oldest, in ReadDemand demand, bool areWeighed)
    {
        if (t_eligible is not { } eligible || eligible.Length < targets.Length)
            t_eligible = eligible = new ReadTarget[targets.Length];
        var count = 0;
        foreach (var target in targets)
        {
            if (demand.IsMetBy(target, oldest))
                eligible[count++] = target;
        }

        return Pick(eligible, count, areWeighed);
    }

    private ReadTarget PickOtherwise(ReadOnlySpan<ReadTarget> targets, bool areWeighed)
    {
        if (!_isDefault)
            return own is null ? InTurn(targets, areWeighed) : ByOwn(targets);
        var (first, second) = DrawTwo(targets);
        return LessInUse(targets[first], targets[second]);
    }

    /// <summary>Power of two choices: of two different targets the one with fewer connections in use for its weight.</summary>
    private static ReadTarget LessInUse(ReadTarget a, ReadTarget b) => b.Node.Load.InUse * a.Weight < a.Node.Load.InUse * b.Weight ? b : a;

    private static (int First, int Second) RollTwo(int count)
    {
        var dice = Roll();
        if (count == 2)
            return ((int)(dice & 1), (int)(~dice & 1));
        var first = (int)((ulong)(dice & 0x7fff) * (uint)count >> 15);
        var second = (int)((ulong)(dice >> 15 & 0x7fff) * (uint)(count - 1) >> 15);
        return (first, second >= first ? second + 1 : second);
    }

    /// <summary>The second is drawn from the others, so that the first is in proportion to its weight where all are idle.</summary>
    private static (int First, int Second) DrawTwo(ReadOnlySpan<ReadTarget> targets)
    {
        var total = WeightOf(targets);
        var first = At(targets, (long)(Roll() * (ulong)total >> 31), without: -1);
        return (first, At(targets, (long)(Roll() * (ulong)(total - targets[first].Weight) >> 31), first));
    }

    private static long WeightOf(ReadOnlySpan<ReadTarget> targets)
    {
        long total = 0;
        foreach (var target in targets)
            total += target.Weight;
        return total;
    }

    /// <summary>Where the weights, laid end to end, reach a point.</summary>
    private static int At(ReadOnlySpan<ReadTarget> targets, long point, int without)
    {
        for (var i = 0; i < targets.Length; i++)
        {
            if (i != without && (point -= targets[i].Weight) < 0)
                return i;
        }

        return without == targets.Length - 1 ? targets.Length - 2 : targets.Length - 1;
    }

    private ReadTarget InTurn(ReadOnlySpan<ReadTarget> targets, bool areWeighed)
    {
        var turn = (uint)Interlocked.Increment(ref _turn);
        if (!areWeighed)
            return BySteadyOrder(targets, turn);
        var position = turn * GoldenRatio;
        return targets[At(targets, (long)((position - Math.Floor(position)) * WeightOf(targets)), without: -1)];
    }

    /// <summary>The targets stand in the order of their freshness, which changes with each probe; turns go by the nodes.</summary>
    private static ReadTarget BySteadyOrder(ReadOnlySpan<ReadTarget> targets, uint turn)
    {
        var rank = (int)(turn % (uint)targets.Length);
        foreach (var target in targets)
        {
            var before = 0;
            foreach (var other in targets)
                before += other.Node.Index < target.Node.Index ? 1 : 0;
            if (before == rank)
                return target;
        }

        return targets[0];
    }

    private ReadTarget ByOwn(ReadOnlySpan<ReadTarget> targets)
    {
        if (t_candidates is not { } candidates || candidates.Length < targets.Length)
            t_candidates = candidates = new ReadCandidate[targets.Length];
        for (var i = 0; i < targets.Length; i++)
            candidates[i] = targets[i].Candidate;
        var choice = own!.Choose(candidates.AsSpan(0, targets.Length));
        return (uint)choice < (uint)targets.Length
            ? targets[choice]
            : throw new InvalidOperationException($"{own.GetType()}.Choose returned {choice} for {targets.Length} candidates; it must return the index of one of them, 0 to {targets.Length - 1}.");
    }

    /// <summary>31 random bits from a generator of this thread (Knuth's MMIX): good enough to spread reads, in half the time of Random.Shared.</summary>
    private static uint Roll()
    {
        var dice = t_dice == 0 ? (ulong)Random.Shared.NextInt64() : t_dice;
        t_dice = dice * 6364136223846793005 + 1442695040888963407;
        return (uint)(dice >> 33);
    }
}
