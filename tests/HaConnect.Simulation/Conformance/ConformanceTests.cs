using HaConnect.Simulation.Conformance.Scripts;

namespace HaConnect.Simulation.Conformance;

/// <summary>The simulated servers are held against real ones: where the two differ, the real ones are right.</summary>
public sealed class ConformanceTests
{
    private const int Seeds = 20;

    public static TheoryData<string> Names => [.. AllScripts.ByName.Keys];

    /// <summary>The delays of the simulated servers differ from seed to seed, and what is seen must not.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Play_SimulatedServers_SeeWhatRealOnesShow(string name)
    {
        for (var seed = 1UL; seed <= Seeds; seed++)
            AssertHolds(Simulated(AllScripts.ByName[name], seed), $"simulated, seed {seed}");
    }

    /// <summary>Without the context of the test runner, which would take continuations to other threads.</summary>
    private static IReadOnlyList<Observation> Simulated(Script script, ulong seed)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return SimStage.Play(script, seed);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    internal static void AssertHolds(IReadOnlyList<Observation> seen, string where) =>
        Assert.True(seen.Count > 0 && seen.All(o => o.Holds), $"{where}:\n{string.Join('\n', seen)}");
}
