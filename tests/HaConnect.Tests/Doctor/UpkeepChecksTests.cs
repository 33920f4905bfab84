using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class UpkeepChecksTests
{
    [Theory]
    [InlineData(1_000_000_000, 0, false)]
    [InlineData(1_000_000_001, 0, true)]
    [InlineData(0, 1_000_000_001, true)]
    public void Find_AgeOfTheOldestDatabase_IsToldInTime(long age, long multixactAge, bool told) =>
        Assert.Equal(told ? [FindingCodes.Wraparound] : [], Healthy.Problems(Healthy.Cluster().WithState("p", s => s with { Oldest = ("shop", age, multixactAge) })).Select(f => f.Code));

    [Theory]
    [InlineData(30, false)]
    [InlineData(31, true)]
    public void Find_PreparedTransaction_IsToldWhenNobodyEndsIt(int seconds, bool told)
    {
        var findings = Healthy.Problems(Healthy.Cluster().WithState("p", s => s with { Prepared = [("it's", "shop", TimeSpan.FromSeconds(seconds))] }));
        Assert.Equal(told ? [FindingCodes.PreparedTransactions] : [], findings.Select(f => f.Code));
        Assert.All(findings, f => Assert.Contains("ROLLBACK PREPARED 'it''s'", f.Remedy, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("153.14", "153.14", null)]
    [InlineData("153.14", "153.15", "collations-differ")]
    public void Find_HostsThatSortOtherwise_AreTold(string first, string second, string? code)
    {
        var seen = Healthy.Cluster().WithState("p", s => s with { Collations = [("shop", first, first)] }).WithState("a", s => s with { Collations = [("shop", second, second)] });
        Assert.Equal(code is null ? [] : [code], Healthy.Problems(seen).Select(f => f.Code));
    }
}
