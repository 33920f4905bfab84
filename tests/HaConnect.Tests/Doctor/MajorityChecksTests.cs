using HaConnect.Doctor;
using HaConnect.Probing;

namespace HaConnect.Tests.Doctor;

public sealed class MajorityChecksTests
{
    private static readonly ProbeFailure s_silent = new(ProbeFailureKind.TimedOut, "no answer in time");

    [Theory]
    [InlineData(true, 0, WithoutMajorityAccess.Allow, true)]
    [InlineData(true, 0, WithoutMajorityAccess.Refuse, false)]
    [InlineData(true, 1, WithoutMajorityAccess.Allow, false)] // nothing is acked there
    [InlineData(false, 0, WithoutMajorityAccess.Allow, false)] // perhaps nobody coordinates
    public void Find_WritesAllowedWithoutAMajority_MattersWhereTheyCanBeLost(bool coordinates, int required, WithoutMajorityAccess writes, bool isFinding)
    {
        var findings = MajorityChecks.Find(Healthy.Cluster(coordinates, required, withoutMajority: new() { Writes = writes })).ToList();
        Assert.Equal(isFinding ? ["set Failover.WithoutMajority.Writes = Refuse"] : [], findings.Select(f => f.Remedy));
    }

    [Theory]
    [InlineData("b", 0, null)]
    [InlineData("a b", 0, "only 1 of 3 voters answered")]
    [InlineData("b w1", 1, null)] // two of four could elect nobody
    [InlineData("a b w1", 1, "only 1 of 4 voters answered")]
    public void Find_MoreThanHalfOfTheVotersDoNotAnswer_SaysWhatFollows(string silent, int witnesses, string? problem)
    {
        var seen = silent.Split(' ').Aggregate(Healthy.Cluster(witnesses: witnesses), (c, node) => c.WithFailure(node, s_silent));
        var finding = MajorityChecks.Find(seen).SingleOrDefault();
        Assert.Equal(problem is not null, finding is not null);
        if (problem is not null)
        {
            Assert.StartsWith(problem, finding!.Problem, StringComparison.Ordinal);
            Assert.Equal($"bring {silent.Replace(" ", " or ", StringComparison.Ordinal)} within reach", finding.Remedy);
        }
    }

    [Fact]
    public void Find_ServersThatAnswerWithAnError_AreInSight()
    {
        var locked = new ProbeFailure(ProbeFailureKind.Misconfigured, "28P01: no", "28P01");
        Assert.Empty(MajorityChecks.Find(Healthy.Cluster().WithFailure("a", locked).WithFailure("b", locked)));
    }
}
