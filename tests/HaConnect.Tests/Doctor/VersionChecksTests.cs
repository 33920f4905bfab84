using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class VersionChecksTests
{
    private const double Day = 86400;

    [Fact]
    public void Find_DifferentMajors_IsUnsafe() =>
        Healthy.Cluster().WithServer("b", s => s with { VersionNumber = 160010 }).Only(FindingSeverity.Unsafe, null, "15 on p and a, 16 on b");

    [Theory]
    [InlineData(150017, true)]
    [InlineData(150018, false)]
    [InlineData(150019, false)]
    public void Find_StandbyOfAnOlderMinor_IsTold(int version, bool told)
    {
        var findings = Healthy.Problems(Healthy.Cluster().WithServer("b", s => s with { VersionNumber = version }));
        Assert.Equal(told ? [("b", FindingCodes.StandbyOlder)] : [], findings.Select(f => (f.Node, f.Code)));
    }

    [Theory]
    [InlineData(140003, true)]
    [InlineData(140004, false)]
    [InlineData(130003, false)]
    public void Find_VersionsThatCorruptIndexes_AreTold(int version, bool told)
    {
        var seen = Healthy.Cluster(coordinates: false, required: 0);
        seen = seen.Nodes.Aggregate(seen, (all, n) => all.WithServer(n.Node, s => s with { VersionNumber = version }));
        Assert.Equal(told ? ["p", "a", "b"] : [], Healthy.Problems(seen).Where(f => f.Code == FindingCodes.VersionCorruptsIndexes).Select(f => f.Node));
    }

    [Theory]
    [InlineData(21133.9, false)] // 2027-11-11, the last day
    [InlineData(21134.1, true)]
    public void Find_MajorWithoutCorrections_IsToldByTheServersClock(double day, bool told)
    {
        var findings = Healthy.Problems(Healthy.Cluster().WithAccess(a => a with { Now = day * Day }));
        Assert.Equal(told ? [FindingCodes.VersionEnded] : [], findings.Select(f => f.Code));
    }

    [Fact]
    public void Ends_AreTheDaysTheyAreSaidToBe()
    {
        // The table has both, since the check reads no calendar.
        var ends = (System.Collections.IDictionary)typeof(VersionChecks).GetField("s_ends", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.GetValue(null)!;
        foreach (ValueTuple<double, string> end in ends.Values)
            Assert.Equal(end.Item2, DateTimeOffset.UnixEpoch.AddDays(end.Item1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }
}
