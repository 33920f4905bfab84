using HaConnect.Routing;
using HaConnect.Topology;

namespace HaConnect.Tests.Routing;

public sealed class ReadPickerTests
{
    private static readonly ReadPicker s_inTurn = new(ReadBalancing.RoundRobin);

    /// <summary>Of 9000 reads; 120 are eight standard deviations of the rarest, and the golden ratio is far nearer.</summary>
    [Theory]
    [InlineData(nameof(ReadBalancing.LeastInUse), 100, 100, 100)]
    [InlineData(nameof(ReadBalancing.LeastInUse), 100, 200, 600)]
    [InlineData(nameof(ReadBalancing.LeastInUse), 1, 1000, 1000)]
    [InlineData(nameof(ReadBalancing.RoundRobin), 100, 100, 100)]
    [InlineData(nameof(ReadBalancing.RoundRobin), 100, 200, 600)]
    [InlineData(nameof(ReadBalancing.RoundRobin), 1, 1000, 1000)]
    public void Pick_IdleReplicas_ShareByTheirWeights(string balancing, int a, int b, int c)
    {
        int[] weights = [a, b, c];
        var targets = Targets(weights);
        var picker = new ReadPicker(Enum.Parse<ReadBalancing>(balancing));
        var counts = Enumerable.Range(0, 9000).Select(_ => picker.Pick(targets, 3, areWeighed: true)!.Node.Index).CountBy(i => i).ToDictionary();
        for (var i = 0; i < 3; i++)
        {
            var expected = 9000.0 * weights[i] / weights.Sum();
            Assert.InRange(counts.GetValueOrDefault(i), expected - 380, expected + 380);
        }
    }

    [Fact]
    public void Pick_LeastInUse_HeldConnectionsAreInProportionToTheWeights()
    {
        var targets = Targets(100, 300);
        for (var i = 0; i < 4000; i++)
            ReadPicker.LeastInUse.Pick(targets, 2, areWeighed: true)!.Node.Load.Increment(isWrite: false);
        Assert.InRange(targets[0].Node.Load.InUse, 995, 1005);
    }

    /// <summary>Freshness reorders the targets at each probe; turns stay those of the nodes.</summary>
    [Fact]
    public void Pick_RoundRobin_TakesTurnsHoweverTheTargetsAreOrdered()
    {
        var targets = Targets(100, 100, 100);
        var names = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            names.Add(s_inTurn.Pick(targets, 3, areWeighed: false)!.Node.Name);
            Array.Reverse(targets);
        }

        Assert.All(names.Chunk(3), turn => Assert.Equal(3, turn.Distinct().Count()));
        Assert.All(names.Zip(names.Skip(3)), pair => Assert.Equal(pair.First, pair.Second));
    }

    /// <summary>The neighbour of one that is down does not get its share too.</summary>
    [Theory]
    [InlineData(nameof(ReadBalancing.LeastInUse))]
    [InlineData(nameof(ReadBalancing.RoundRobin))]
    public void Pick_OneDoesNotQualify_TheOthersShareEvenly(string balancing)
    {
        var picker = new ReadPicker(Enum.Parse<ReadBalancing>(balancing));
        var targets = Targets(100, 100, 100, 100);
        targets[1] = targets[1] with { Replayed = 0 };
        var demand = new ReadDemand(TimeSpan.FromSeconds(1), ReadFallback.Fail, Replayed: 1);
        var counts = Enumerable.Range(0, 9000).Select(_ => picker.Pick(targets, 100, demand, areWeighed: false)!.Node.Index).CountBy(i => i).ToDictionary();
        Assert.Equal([0, 2, 3], counts.Keys.Order());
        Assert.All(counts.Values, c => Assert.InRange(c, 2640, 3360));
    }

    [Fact]
    public void Pick_OwnBalancer_SeesTheCandidatesAndDecides()
    {
        var targets = Targets(100, 7);
        targets[1].Node.Load.Increment(isWrite: false);
        var own = new Own(candidates =>
        {
            var (first, second) = (candidates[0], candidates[1]);
            Assert.Equal(("n0", "n1", 100, 7), (first.Name, second.Name, first.Weight, second.Weight));
            Assert.Equal((0L, 1L, TimeSpan.FromMilliseconds(3), true), (first.ConnectionsInUse, second.ConnectionsInUse, second.Latency, second.IsSynchronous));
            Assert.Null(second.Zone);
            return 1;
        });
        Assert.Same(targets[1], new ReadPicker(ReadBalancing.LeastInUse, own).Pick(targets, 2, areWeighed: true));
        Assert.Same(targets[0], new ReadPicker(ReadBalancing.LeastInUse, own).Pick(targets, 1, areWeighed: true)); // nothing to choose
        Assert.Equal(1, own.Calls);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Pick_OwnBalancerReturnsNoIndex_SaysSo(int choice)
    {
        var error = Assert.Throws<InvalidOperationException>(() => new ReadPicker(ReadBalancing.LeastInUse, new Own(_ => choice)).Pick(Targets(100, 100), 2, areWeighed: false));
        Assert.Contains($"Choose returned {choice} for 2 candidates", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(ReadBalancing.LeastInUse), false)]
    [InlineData(nameof(ReadBalancing.RoundRobin), false)]
    [InlineData(nameof(ReadBalancing.LeastInUse), true)]
    public void Pick_TenThousandTimes_AllocatesNothing(string balancing, bool isOwn)
    {
        var picker = new ReadPicker(Enum.Parse<ReadBalancing>(balancing), isOwn ? new Own(static candidates => candidates.Length - 1) : null);
        var targets = Targets(1, 2, 3);
        var demand = new ReadDemand(TimeSpan.FromSeconds(1), ReadFallback.Fail, Replayed: 1);
        picker.Pick(targets, 100, demand, areWeighed: true); // makes the buffers of this thread
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            picker.Pick(targets, 3, areWeighed: true);
            picker.Pick(targets, 100, demand, areWeighed: false);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ReadTarget[] Targets(params int[] weights) =>
        [.. weights.Select((w, i) => new ReadTarget(Given.Node(i), 300, Given.Started, 1, IsSynchronous: true) { Weight = w, Latency = TimeSpan.FromMilliseconds(3) })];

    private sealed class Own(Own.Choice choice) : IReadBalancer
    {
        internal delegate int Choice(ReadOnlySpan<ReadCandidate> candidates);

        internal int Calls { get; private set; }

        public int Choose(ReadOnlySpan<ReadCandidate> candidates)
        {
            Calls++;
            return choice(candidates);
        }
    }
}
