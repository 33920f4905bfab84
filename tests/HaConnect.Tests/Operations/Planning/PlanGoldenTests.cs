using HaConnect.Operations.Planning;

namespace HaConnect.Tests.Operations.Planning;

/// <summary>Whole plans, as they are read by people: Golden/*.md. HACONNECT_GOLDEN=folder writes what there is now, to be looked at.</summary>
public sealed class PlanGoldenTests
{
    [Theory]
    [InlineData("three")]
    [InlineData("two-and-witness")]
    [InlineData("three-in-two-places")]
    [InlineData("five")]
    public void Markdown_OfAPlan_IsAsKept(string name)
    {
        var plan = name switch { "three" => Plans.Three, "two-and-witness" => Plans.TwoAndWitness, "three-in-two-places" => Plans.ThreeInTwoPlaces, _ => Plans.Five };
        var text = PlanMarkdown.Of(plan, PlanCheck.Of(plan));
        if (Environment.GetEnvironmentVariable("HACONNECT_GOLDEN") is { Length: > 0 } folder)
            File.WriteAllText(Path.Combine(folder, $"{name}.md"), text);
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", $"{name}.md")), text);
    }
}
