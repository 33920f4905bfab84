using HaConnect.Failover;
using HaConnect.Failover.Manual;
using HaConnect.Probing;

namespace HaConnect.Tests.Failover.Manual;

/// <summary>Who may be fenced because somebody asks for it: n1 has the row of term 1, n2 is the primary of term 2.</summary>
public sealed class ManualFenceRulesTests
{
    private static readonly TermRow s_first = new(1, "n1", ["n2", "n3"], 1, IsEstablished: true);
    private static readonly TermRow s_second = new(2, "n2", ["n3"], 1, IsEstablished: true);

    private static VoterAnswer Of(string node, TermRow? row, bool inRecovery = false, long promised = 0) => new(node, IsWitness: false, new VoterRecord
    {
        InRecovery = inRecovery,
        SystemIdentifier = 1,
        EstablishedTerm = row,
        NewestTerm = row,
        Register = new Register(promised, "x", RegisterPhase.Promised, Decision.None, Decision.None, node),
    });

    private static VoterAnswer Silent(string node) => new(node, IsWitness: false, null, "no answer");

    [Fact]
    public void WhyNot_OldPrimary_Nothing() => Assert.Null(ManualFenceRules.WhyNot("n1", [Of("n1", s_first), Of("n2", s_second), Of("n3", s_second, inRecovery: true)]));

    [Fact]
    public void WhyNot_PrimaryOfTheNewestTerm_IsRefused() =>
        Assert.StartsWith("it is the established primary of term 2", ManualFenceRules.WhyNot("n2", [Of("n1", s_first), Of("n2", s_second), Of("n3", s_second)]), StringComparison.Ordinal);

    /// <summary>The old primary, which does not know better, would be taken for the primary, and the real one for old.</summary>
    [Fact]
    public void WhyNot_NoMajority_IsRefused() =>
        Assert.StartsWith("1 of 3 voters answer", ManualFenceRules.WhyNot("n2", [Of("n1", s_first), Silent("n2"), Silent("n3")]), StringComparison.Ordinal);

    /// <summary>What could not be read of it is not told: its place among the standbys neither.</summary>
    [Fact]
    public void WhyNotBySql_PrivilegesAreMissing_SaysSoAndNotThatItIsAStandby()
    {
        VoterAnswer blind = new("n1", IsWitness: false, new VoterRecord { InRecovery = true, SystemIdentifier = 1, MissingPrivileges = ["GRANT x"] });
        Assert.StartsWith("the control user lacks privileges there; run there: GRANT x", ManualFenceRules.WhyNotBySql("n1", [blind]), StringComparison.Ordinal);
        Assert.Null(ManualFenceRules.WhyNotFromOutside("n1", [blind]));
    }

    [Fact]
    public void WhyNotFromOutside_Standby_IsRefused()
    {
        Assert.Equal("it is a standby, and takes no writes", ManualFenceRules.WhyNotFromOutside("n3", [Of("n3", s_second, inRecovery: true)]));
        Assert.Null(ManualFenceRules.WhyNotFromOutside("n1", [Of("n1", s_first)]));
        Assert.Null(ManualFenceRules.WhyNotFromOutside("n1", [Silent("n1")]));
    }

    /// <summary>It answers, and does not show its terms.</summary>
    [Fact]
    public void WhyNot_RecordMayNotBeSeen_CountsAsSilent()
    {
        VoterAnswer Blind(string node) => new(node, IsWitness: false, new VoterRecord { InRecovery = true, SystemIdentifier = 1, MissingPrivileges = ["GRANT x"] });
        Assert.Contains("n2 (the control user lacks privileges there", ManualFenceRules.WhyNot("n1", [Of("n1", s_first), Blind("n2"), Blind("n3")]), StringComparison.Ordinal);
    }

    /// <summary>n1 may be about to become the primary of term 3.</summary>
    [Fact]
    public void WhyNot_LaterTermPromised_IsRefused() =>
        Assert.StartsWith("n3 knows of term 3, which is not established", ManualFenceRules.WhyNot("n1", [Of("n1", s_first), Of("n2", s_second), Of("n3", s_second, promised: 3)]), StringComparison.Ordinal);

    [Fact]
    public void WhyNot_NoTerm_IsRefused() => Assert.StartsWith("no term is on record", ManualFenceRules.WhyNot("n1", [Of("n1", null), Of("n2", null), Of("n3", null)]), StringComparison.Ordinal);

    [Fact]
    public void WhyNot_GivenUp_IsRefused() =>
        Assert.StartsWith("coordination of this cluster was given up", ManualFenceRules.WhyNot("n1", [Of("n1", s_first), Of("n2", s_second with { Primary = "" }), Of("n3", s_first)]), StringComparison.Ordinal);

    [Fact]
    public void WhyNotBySql_StandbyOrSilent_IsRefused()
    {
        Assert.StartsWith("it is a standby", ManualFenceRules.WhyNotBySql("n1", [Of("n1", s_second, inRecovery: true)]), StringComparison.Ordinal);
        Assert.StartsWith("it does not answer (no answer)", ManualFenceRules.WhyNotBySql("n1", [Silent("n1")]), StringComparison.Ordinal);
        Assert.Null(ManualFenceRules.WhyNotBySql("n1", [Of("n1", s_first)]));
    }
}
