using HaConnect.Scenarios.Format;
using HaConnect.Scenarios.Running;

namespace HaConnect.Scenarios;

public sealed class ScenarioTests
{
    public static TheoryData<string> Files => [.. ScenarioFile.All()];

    [Theory]
    [MemberData(nameof(Files))]
    public Task Run_EachScenario_IsAsExpectedAfterEachStep(string file) => ScenarioRun.RunAsync(ScenarioFile.Read(file));
}
