using HaConnect.Failover;
using HaConnect.Simulation.Faults;
using HaConnect.Simulation.Running;

namespace HaConnect.Simulation;

/// <summary>The shipped machine, loop, workers and cluster state against simulated servers, and the simulation against rules broken on purpose.</summary>
public sealed class SimulationTests
{
    /// <summary>Enough for a test command; <c>bash eng/simulate.sh</c> runs as many as one likes.</summary>
    private const int Runs = 2000;

    public static TheoryData<string> Regressions => [.. Directory.GetFiles(Folder, "*.json").Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Regressions");

    [Fact]
    public void Runs_OfAnySeed_KeepEveryInvariant()
    {
        var campaign = new Campaign(Campaign.Mixed, seed: 1, Runs);
        campaign.Execute(Environment.ProcessorCount, enough: 3);
        TestContext.Current.TestOutputHelper?.WriteLine($"{campaign.Done} runs, {campaign.Events} events, {campaign.Acked} acked writes, {campaign.Reads} reads, {campaign.Promotions} promotions");
        Assert.True(campaign.Failures.Count == 0, campaign.Failures.Count == 0 ? "" : OnThread(() => Shrinker.Shrink(campaign.Failures[0])).Story());
        Assert.True(campaign.Promotions > Runs / 4, $"only {campaign.Promotions} promotions in {Runs} runs: the faults prove little");
    }

    [Fact]
    public void Run_OfOneSeed_IsTheSameTwice()
    {
        for (var seed = 1UL; seed <= 100; seed++)
        {
            var first = OnThread(() => SimulationRun.Execute(Campaign.Mixed(seed), seed));
            var second = OnThread(() => SimulationRun.Execute(Campaign.Mixed(seed), seed));
            Assert.Equal(first.Fingerprint, second.Fingerprint);
        }
    }

    [Theory]
    [MemberData(nameof(Regressions))]
    public void Schedule_ThatOnceBrokeSomething_Holds(string file)
    {
        var result = OnThread(() => RegressionFile.Read(Path.Combine(Folder, file)).Execute());
        Assert.True(result.Violation is null, result.Story());
    }

    /// <summary>
    /// Nothing goes wrong but that somebody asks for another primary: it becomes the one asked for, nobody is refused a write, and the clients
    /// notice little. Now and then a standby receives a record more than the target, and it is called off.
    /// </summary>
    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 0)]
    [InlineData(5, 2)]
    public void Switchover_AskedForInPeace_TheTargetTakesOverAndNoWriteIsRefused(int dataNodes, int required)
    {
        const int runs = 60;
        var results = Enumerable.Range(1, runs).Select(seed => OnThread(() => SimulationRun.Execute(
            new RunConfig { DataNodes = dataNodes, Required = required }, (ulong)seed, new FaultPlan([new Fault(FaultKind.Switchover, 3_000_000, 0, 0, Other: 1 + seed % 2)]), trace: true))).ToList();
        Assert.All(results, r => Assert.True(r.Violation is null, r.Story()));
        Assert.All(results, r => Assert.True(r.Refused == 0, r.Story()));
        var done = results.Where(r => r.Promotions == 1 && r.Primary == $"n{2 + r.Seed % 2}").ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{done.Count} of {runs}; longest gaps: median {done.Select(r => r.LongestGap).Order().ElementAt(done.Count / 2) / 1e6:0.000} s, worst {done.Max(r => r.LongestGap) / 1e6:0.000} s");
        Assert.True(done.Count >= runs * 8 / 10, results.Find(r => !done.Contains(r))?.Story());
    }

    /// <summary>
    /// The coordinator loses its session while the primary is drained: the primary takes writes again, and what was held until then meets no
    /// session that has not heard of it.
    /// </summary>
    [Fact]
    public void Switchover_CalledOffWhileItDrains_NoWriteIsRefused()
    {
        const int runs = 600;
        var results = Enumerable.Range(1, runs).Select(seed => OnThread(() => SimulationRun.Execute(new RunConfig(), (ulong)seed, new FaultPlan([
            new Fault(FaultKind.AtStatement, 2_999_999, 0, 0, (int)StatementEffect.EndSession, StatementKind.Drain, Occurrence: 9 + (seed % 4)),
            new Fault(FaultKind.Switchover, 3_000_000, 0, 0, Other: 1 + seed % 2)]), trace: true))).ToList();
        Assert.All(results, r => Assert.True(r.Violation is null && r.Refused == 0, r.Story()));
        var calledOff = results.Count(r => r.Promotions == 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"called off: {calledOff} of {runs}");
        Assert.True(calledOff >= runs / 4);
    }

    /// <summary>A rule of the machine is broken: the simulation finds it within so many runs, by what it does to clients.</summary>
    [Theory]
    [InlineData(BrokenRules.QuorumOverTheReachable, 5, 1, 3000)]
    [InlineData(BrokenRules.QuorumOneTooSmall, 5, 1, 3000)]
    [InlineData(BrokenRules.PositionWithoutTerm, 5, 1, 6000)]
    [InlineData(BrokenRules.DecisionForgotten, 3, 1, 3000)]
    [InlineData(BrokenRules.ContenderIgnored, 3, 1, 3000)]
    [InlineData(BrokenRules.FollowersBeforeRow, 3, 1, 3000)]
    internal void BrokenRule_OfTheMachine_IsFound(BrokenRules broken, int dataNodes, int required, int within) =>
        Find(broken.ToString(), new RunConfig { Broken = broken, DataNodes = dataNodes, Required = required, JudgesHarmOnly = true, HasSwitchovers = false }, within);

    /// <summary>Rules of who has to ack, which changes with who is there.</summary>
    [Theory]
    [InlineData(BrokenRules.DegradedLikeAsynchronous, 2, 1, 3000)]
    [InlineData(BrokenRules.AcceptanceIgnored, 2, 1, 3000)]
    internal void BrokenRule_OfMembership_IsFound(BrokenRules broken, int dataNodes, int witnesses, int within) => Find(broken.ToString(),
        new RunConfig { Broken = broken, DataNodes = dataNodes, Witnesses = witnesses, DegradeAfter = witnesses > 0 ? TimeSpan.FromSeconds(4) : null, JudgesHarmOnly = true, HasSwitchovers = false }, within);

    [Fact]
    public void FencingIgnored_IsFound() => Find(nameof(BrokenRules.FencingIgnored), new RunConfig { Broken = BrokenRules.FencingIgnored, FencesOutside = true, Required = 0 }, within: 3000);

    /// <summary>To fence the wrong node loses nothing: it only keeps everybody from writing.</summary>
    [Fact]
    public void FenceRegardless_IsFound() => Find(nameof(BrokenRules.FenceRegardless), new RunConfig { Broken = BrokenRules.FenceRegardless, HasSwitchovers = false }, within: 3000);

    /// <summary>A rule between the code and the servers is broken.</summary>
    [Theory]
    [InlineData(Breaks.NoWaitForReceiver, 3000)]
    [InlineData(Breaks.PositionBeforeCutOff, 3000)]
    [InlineData(Breaks.NoPromise, 3000)]
    [InlineData(Breaks.NoPreset, 3000)]
    [InlineData(Breaks.OutsideLockSession, 3000)]
    [InlineData(Breaks.ServeBeforeEstablished, 3000)]
    [InlineData(Breaks.RejoinBeforeEstablished, 3000)]
    [InlineData(Breaks.NamesClearedOnOldPrimary, 3000)]
    [InlineData(Breaks.CancelOnOldPrimary, 3000)]
    [InlineData(Breaks.NamesShownForInForce, 3000)]
    internal void BrokenRule_OfStatementsSessionsAndPeople_IsFound(Breaks breaks, int within) => Find(breaks.ToString(), new RunConfig { Breaks = breaks, HasSwitchovers = false }, within);

    /// <summary>With asynchronous replication it is the seal of a switchover that then lets acked writes through.</summary>
    [Fact]
    public void NamesShownForInForce_AsynchronousSwitchover_IsFound() =>
        Find(nameof(Breaks.NamesShownForInForce), new RunConfig { Breaks = Breaks.NamesShownForInForce, Required = 0 }, within: 3000);

    private static void Find(string rule, RunConfig config, int within)
    {
        var campaign = new Campaign(_ => config, seed: 1, within);
        campaign.Execute(Environment.ProcessorCount, enough: 1);
        Assert.True(campaign.Failures.Count > 0, $"{rule} was not found in {within} runs: the simulation is too weak");
        var minimal = OnThread(() => Shrinker.Shrink(campaign.Failures[0]));
        TestContext.Current.TestOutputHelper?.WriteLine($"{rule}: found after {campaign.Done} runs, {campaign.Failures[0].Plan.Faults.Count} faults shrunk to {minimal.Plan.Faults.Count}\n{minimal.Story()}");
    }

    private static T OnThread<T>(Func<T> run)
    {
        T? result = default;
        Exception? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = run();
            }
            catch (Exception e)
            {
                error = e;
            }
        });
        thread.Start();
        thread.Join();
        if (error is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        return result!;
    }
}
