namespace HaConnect.Model;

public sealed class ProtocolTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("three")]
    public void Search_UnbrokenProtocol_FindsNoViolation(string name)
    {
        var outcome = Search.Run(Configurations.Named(name));
        output.WriteLine(Outcome.Header);
        output.WriteLine(outcome.Line);
        output.WriteLine(outcome.Story);
        Assert.Equal(Invariant.None, outcome.Violated);
        Assert.True(outcome.IsExhausted);
    }
}
