using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class QuorumChecksTests
{
    [Theory]
    [InlineData(2, "no-spare-standby")]
    [InlineData(1, null)]
    [InlineData(0, "asynchronous")]
    public void Find_StandbysThatHaveToAck_OneMustBeToSpare(int required, string? code)
    {
        var seen = Healthy.Cluster(required: required);
        Assert.Equal(code is null ? [] : [code], QuorumChecks.Find(seen).Select(f => f.Code));
        Assert.DoesNotContain(QuorumChecks.Find(seen with { Settings = seen.Settings with { DegradeAfter = TimeSpan.FromMinutes(1) } }), f => f.Code == FindingCodes.NoSpareStandby);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "even-voters")]
    [InlineData(2, null)]
    public void Find_EvenNumberOfVoters_IsGoodToKnow(int witnesses, string? code) => Assert.Equal(code is null ? [] : [code], QuorumChecks.Find(Healthy.Cluster(witnesses: witnesses)).Select(f => f.Code));

    [Fact]
    public void Find_SeveralOutOfRecovery_IsUnsafeWhereNoTermTells()
    {
        var seen = Healthy.Cluster(coordinates: false).WithServer("b", s => s with { InRecovery = false });
        Assert.Contains("p and b are out of recovery at once", QuorumChecks.Find(seen).Single().Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("127.0.0.1", "127.0.0.1", false)]
    [InlineData("localhost", "localhost", false)]
    [InlineData("DB1", "db1", true)]
    public void Find_OneHostForTwo_IsTold(string first, string second, bool told)
    {
        var seen = Healthy.Cluster();
        seen = seen with { Options = seen.Options with { Hosts = new Dictionary<string, string>(StringComparer.Ordinal) { ["p"] = first, ["a"] = second, ["b"] = "db3" } } };
        Assert.Equal(told, QuorumChecks.Find(seen).Any(f => f.Code == FindingCodes.SharedHost));
    }
}
