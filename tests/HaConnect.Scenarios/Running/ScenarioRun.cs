using HaConnect.Scenarios.Format;
using Microsoft.Extensions.Options;

namespace HaConnect.Scenarios.Running;

/// <summary>Runs a scenario to its end, or to the first step after which something is not as expected.</summary>
internal static class ScenarioRun
{
    internal static async Task RunAsync(Scenario scenario)
    {
        if (scenario.Refused is { } message)
        {
            var error = Assert.Throws<OptionsValidationException>(() => Options.HaDatabaseOptionsValidator.ThrowIfInvalid(Cluster.OptionsOf(scenario)));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
            return;
        }

        await using var cluster = new Cluster(scenario);
        var judge = new Judge(cluster);
        foreach (var (index, step) in scenario.Steps.Index())
        {
            cluster.Take(step);
            if (step.Expect is { } expected && judge.Judged(expected) is { Count: > 0 } differences)
                Assert.Fail($"{scenario.Title}\nafter step {index + 1}:\n  {string.Join("\n  ", differences)}\n{cluster.Snapshot.Describe()}");
        }
    }
}
