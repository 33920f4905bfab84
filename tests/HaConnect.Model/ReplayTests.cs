namespace HaConnect.Model;

/// <summary>The model's coordinator and the shipped machine are the same: what is searched is what is shipped.</summary>
public sealed class ReplayTests(ITestOutputHelper output)
{
    private static readonly Bounds Three = new("three") { Terms = 3, Writes = 1, Crashes = 1, Breaks = 2, Deaths = 1, Rebuilds = 1, TiesAsTheMachine = true };
    private static readonly Bounds ThreeAsync = Three with { Name = "three, asynchronous", Required = 0 };
    private static readonly Bounds ThreeAndWitness = Three with { Name = "three and a witness", Witnesses = 1 };
    private static readonly Bounds Four = Three with { Name = "four", DataNodes = 4 };

    [Theory]
    [InlineData("three", 3000)]
    [InlineData("three, asynchronous", 1500)]
    [InlineData("three and a witness", 1500)]
    [InlineData("four", 1000)]
    public void Replay_RandomWalksOfTheModel_TheMachineAsksForTheSame(string name, int walks)
    {
        var bounds = new[] { Three, ThreeAsync, ThreeAndWitness, Four }.Single(b => b.Name == name);
        var (steps, cutShort, seen) = (0, 0, new HashSet<string>());
        for (var seed = 0; seed < walks; seed++)
        {
            var replay = new Replay(bounds);
            var random = new Random(seed);
            for (var step = 0; step < 120; step++, steps++)
            {
                var moves = Possible(replay.Present);
                if (moves.Count == 0)
                    break;
                if (replay.Take(moves[random.Next(moves.Count)]))
                    continue;
                cutShort++;
                break;
            }

            seen.UnionWith(replay.Seen);
        }

        output.WriteLine($"{name}: {walks} walks, {steps} steps, {cutShort} cut short, {seen.Count} different askings");
        Assert.Contains(seen, s => s.StartsWith("Failover Marking", StringComparison.Ordinal));
        Assert.Contains(seen, s => s.StartsWith("Adopt Marking", StringComparison.Ordinal));
        Assert.Contains(seen, s => s.StartsWith("Confirm Marking", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("three")]
    [InlineData("three, asynchronous")]
    public void Replay_ShortestWayToEachCoordinatorStep_TheMachineAsksForTheSame(string name)
    {
        var bounds = (name == "three" ? Three : ThreeAsync) with { Coordinators = 1, Writes = 0, Crashes = 0, Rebuilds = 0, Deaths = 0, Breaks = 1 };
        var ways = Search.ShortestWays(bounds, Steps, Replay.Shipped);
        var (followed, cutShort) = (0, 0);
        foreach (var way in ways.Values)
        {
            var replay = new Replay(bounds);
            if (way.All(replay.Take))
                followed++;
            else
                cutShort++;
        }

        output.WriteLine($"{name}: {ways.Count} coordinator steps, {followed} shortest ways followed to their ends, {cutShort} cut short");
        // A way is cut short where the machine would count a record of an earlier survey, which the model does not.
        Assert.True(followed > 200, $"only {followed} of {ways.Count} ways could be followed");
    }

    private static IEnumerable<string> Steps(World world)
    {
        foreach (var o in world.Offices)
            yield return $"{o.Aim} {o.Stage} term {o.Term} held {o.Held} pending {o.Pending} done {o.Done} promised {o.Promised} cut off {o.CutOff} positions {o.HasPosition} problem {o.Problem}";
    }

    /// <summary>Coordinators go on more often than anything happens to them, or few walks would come to the end of a failover.</summary>
    private static List<Move> Possible(World world)
    {
        var moves = new List<Move>();
        Moves.Of(world, new World(world.Bounds, world.Broken), (move, _) =>
        {
            var weight = move.Kind switch
            {
                MoveKind.CarryOut => 40,
                MoveKind.Receive or MoveKind.ReceiverStops => 20,
                MoveKind.FailOver or MoveKind.Survey or MoveKind.Read => World.Count(move.Others) == world.Bounds.Voters ? 8 : 2,
                MoveKind.Start or MoveKind.LoseSession => 4,
                MoveKind.Grace or MoveKind.Time => 1,
                _ => 1,
            };
            for (var i = 0; i < weight; i++)
                moves.Add(move);
        });
        return moves;
    }
}
