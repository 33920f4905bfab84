using HaConnect.Failover;
using HaConnect.Failover.Promotion;

namespace HaConnect.Tests.Failover.Promotion;

public sealed class CandidateChoiceTests
{
    [Theory]
    // name:term/received/replayed/priority, then who was decided for before, then who is chosen
    [InlineData("a:1/10/10/0 b:1/20/20/0", null, "b")]
    [InlineData("a:2/10/10/0 b:1/90/90/0", null, "a")] // a stale long log never beats a new short one
    [InlineData("a:1/30/10/0 b:1/20/20/0", null, "a")] // received counts, it will be replayed
    [InlineData("a:1/0/30/0 b:1/20/20/0", null, "a")] // no receiver since the start: replayed counts
    [InlineData("a:1/20/20/0 b:1/20/20/0", "b", "b")] // a tie goes to the one decided for before
    [InlineData("a:1/20/20/0 b:1/10/10/0", "b", "a")] // but never against the position
    [InlineData("a:1/20/10/9 b:1/20/20/0", null, "b")] // then to the one that replayed more
    [InlineData("a:1/20/20/1 b:1/20/20/5", null, "b")] // then to the priority
    [InlineData("a:1/10/10/9 b:1/20/20/0", null, "b")] // which never outweighs the position
    [InlineData("b:1/20/20/0 a:1/20/20/0", null, "a")] // then to the name, so that all choose alike
    [InlineData("a:- b:1/1/1/0", null, "b")] // a position that could not be read is none
    [InlineData("a:0/9/9/0 b:1/1/1/0", null, "b")] // no row replayed is term 0
    [InlineData("a:- b:-", null, null)]
    public void Choose_CutOffStandbys_TakesTheFurthest(string standbys, string? decided, string? expected) =>
        Assert.Equal(expected, CandidateChoice.Choose(standbys.Split(' ').Select(Parse), decided)?.Voter.Name);

    private static VoterState Parse(string text)
    {
        if (text[2] == '-')
            return new VoterState(new Voter(text[..1], IsWitness: false, 0));
        var n = text[2..].Split('/').Select(int.Parse).ToArray();
        return new VoterState(new Voter(text[..1], IsWitness: false, n[3]))
        {
            Position = new StandbyPosition(n[0] == 0 ? null : Given.Row(n[0], "p", 1, "a", "b"), (ulong)n[1], (ulong)n[2]),
        };
    }
}
