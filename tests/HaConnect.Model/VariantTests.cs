namespace HaConnect.Model;

/// <summary>
/// The model is worth something only if it finds what is wrong: each rule is broken, and where that alone does no harm, together with
/// those that back it up. Harm is a lost acked write, or two primaries that ack.
/// </summary>
public sealed class VariantTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("four-witness", Rule.ConfiguredQuorum)]
    [InlineData("four-small", Rule.QuorumSize)]
    [InlineData("four-small", Rule.PositionAfterCutOff)]
    [InlineData("four-small", Rule.Furthest)]
    [InlineData("four-small", Rule.OldNames)]
    [InlineData("four-small", Rule.Terminate)]
    [InlineData("three-alone", Rule.Preset)]
    [InlineData("three-alone", Rule.RebuildForward)]
    public void Search_RuleBroken_FindsHarm(string name, Rule broken)
    {
        var outcome = Run(name, broken);
        Assert.Contains(outcome.Violated, Search.Harm);
    }

    [Theory]
    [InlineData("four-small", Rule.ReceiverStops)]
    [InlineData("four-small", Rule.NoReceiverAtPosition)]
    [InlineData("four-small", Rule.TermBeforeLsn)]
    [InlineData("four-small", Rule.Promise)]
    [InlineData("four-small", Rule.Verify)]
    [InlineData("four-small", Rule.GuardedPromotion)]
    [InlineData("four-small", Rule.EnoughFollowers)]
    [InlineData("four-small", Rule.FlushBeforeEstablish)]
    public void Search_RuleBackedUpByOthers_ExhaustsWithoutHarm(string name, Rule broken)
    {
        var outcome = Run(name, broken);
        Assert.True(outcome.IsExhausted);
    }

    [Theory]
    [InlineData("four-small", Rule.ReceiverStops, Rule.NoReceiverAtPosition)]
    public void Search_RuleBrokenWithWhatBacksItUp_FindsHarm(string name, Rule broken, Rule backedUpBy)
    {
        var outcome = Run(name, broken | backedUpBy);
        Assert.Contains(outcome.Violated, Search.Harm);
    }

    private Outcome Run(string name, Rule broken)
    {
        var outcome = Search.Run(Configurations.Named(name), broken, Search.Harm);
        output.WriteLine(Outcome.Header);
        output.WriteLine(outcome.Line);
        output.WriteLine(outcome.Story);
        return outcome;
    }
}
