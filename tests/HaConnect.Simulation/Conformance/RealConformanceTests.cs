using HaConnect.Simulation.Conformance.Scripts;

namespace HaConnect.Simulation.Conformance;

/// <summary>The same scripts on real servers, a few at a time, after the tests that keep all cores busy.</summary>
[Collection(RealServersGroup.Name)]
public sealed class RealConformanceTests(RealPlays plays) : IClassFixture<RealPlays>
{
    public static TheoryData<string> Names => [.. AllScripts.ByName.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Play_RealServers_SeeWhatSimulatedOnesShow(string name)
    {
        var seen = await plays.SeenAsync(name);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', seen));
        ConformanceTests.AssertHolds(seen, "on real servers");
    }
}

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RealServersGroup
{
    public const string Name = "real servers";
}
