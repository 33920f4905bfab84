using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class ClockChecksTests
{
    [Theory]
    [InlineData(0, 0.1, 0.05, 0.2, 0)]
    [InlineData(0, 0.1, 1.4, 1.5, 1.3)]
    [InlineData(1.4, 1.5, 0, 0.1, 1.3)]
    [InlineData(0, 5, 4.9, 5, 0)] // the answer took 5 s: nothing is certain
    public void ApartFrom_IsWhatIsCertain(double least, double most, double otherLeast, double otherMost, double apart) =>
        Assert.Equal(apart, new ClockReading(least, most).ApartFrom(new ClockReading(otherLeast, otherMost)), 9);

    [Theory]
    [InlineData(1.9, null)]
    [InlineData(2.2, "ahead of that of p")]
    [InlineData(-2.2, "behind that of p")]
    public void Find_ClockThatIsOff_IsToldAtItsNode(double offset, string? told)
    {
        var findings = Healthy.Problems(Clocks(("p", 0), ("a", 0.2), ("b", offset)));
        Assert.Equal(told is null ? [] : ["b"], findings.Select(f => f.Node));
        Assert.All(findings, f => Assert.Contains(told!, f.Problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Find_ThePrimaryIsOff_ItIsTold() => Assert.Equal("p", Assert.Single(Healthy.Problems(Clocks(("p", 60), ("a", 0), ("b", 0.1)))).Node);

    private static Examination Clocks(params (string Node, double Offset)[] clocks) =>
        clocks.Aggregate(Healthy.Cluster(), (seen, c) => seen.With(c.Node, n => n with { Clock = new ClockReading(c.Offset, c.Offset + 1) }));
}
