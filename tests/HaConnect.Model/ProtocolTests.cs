namespace HaConnect.Model;

/// <summary>The protocol as it is: every state within the bounds is visited, and no invariant is violated in any.</summary>
public sealed class ProtocolTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("three-crash", true)]
    [InlineData("three-witness", true)]
    [InlineData("three-async", true)]
    [InlineData("three-alone", true)]
    [InlineData("three-duel", true)]
    [InlineData("two", false)]
    [InlineData("two-witness", false)]
    [InlineData("two-witness-async", true)]
    [InlineData("four", true)]
    public void Search_UnbrokenProtocol_ViolatesNothing(string name, bool establishes)
    {
        var promoted = 0;
        var established = 0;
        var outcome = Search.Run(Configurations.Named(name), visit: w =>
        {
            promoted += w.Servers.Skip(1).Any(s => s.PrimaryOf > 1) ? 1 : 0;
            established += w.NewestEstablished().Term > 1 ? 1 : 0;
        });
        output.WriteLine(Outcome.Header);
        output.WriteLine(outcome.Line);
        output.WriteLine(outcome.Story);
        output.WriteLine($"a standby has been promoted in {promoted} of the states, a later term is established in {established}");
        Assert.Equal(Invariant.None, outcome.Violated);
        Assert.True(outcome.IsExhausted);
        Assert.Equal(establishes, promoted > 0);
        Assert.Equal(establishes, established > 0);
    }
}
