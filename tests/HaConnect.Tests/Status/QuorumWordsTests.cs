using HaConnect.Probing;
using HaConnect.Status;
using HaConnect.Status.Quorum;

namespace HaConnect.Tests.Status;

/// <summary>The sentences, as a table. A voter is written <c>n2</c> (a standby in sight), <c>n2-</c> (out of sight), <c>n2?</c> (in doubt), <c>w1</c> is a witness.</summary>
public sealed class QuorumWordsTests
{
    [Theory]
    [InlineData("n1 n2 n3", "ok", "3 voters (n1, n2, n3): 2 have to agree to a failover; any 1 may be lost. All are in sight now.")]
    [InlineData("n1 n2 n3-", "warn", "3 voters (n1, n2, n3): 2 have to agree to a failover; any 1 may be lost. Out of sight now: n3. Of those in sight none may be lost.")]
    [InlineData("n1 n2 n3?", "warn", "3 voters (n1, n2, n3): 2 have to agree to a failover; any 1 may be lost. In doubt: n3. Of those in sight none may be lost.")]
    [InlineData("n1 n2- n3-", "bad", "3 voters (n1, n2, n3): 2 have to agree to a failover; any 1 may be lost. Out of sight now: n2, n3. That is no majority.")]
    [InlineData("n1 n2? n3?", "unknown", "3 voters (n1, n2, n3): 2 have to agree to a failover; any 1 may be lost. Whether a majority is in sight is unknown: not heard, or in doubt: n2, n3.")]
    [InlineData("n1 n2 n3 n4 n5", "ok", "5 voters (n1, n2, n3, n4, n5): 3 have to agree to a failover; any 2 may be lost. All are in sight now.")]
    [InlineData("n1 n2 n3 n4", "ok", "4 voters (n1, n2, n3, n4): 3 have to agree to a failover; any 1 may be lost. All are in sight now.")]
    [InlineData("n1 n2 w1", "ok", "3 voters (n1, n2, w1): 2 have to agree to a failover; any 1 may be lost. All are in sight now.")]
    [InlineData("n1 n2", "ok", "2 voters (n1, n2): 2 have to agree to a failover; none may be lost. All are in sight now.")]
    [InlineData("n1", "ok", "1 voter (n1): it has to agree to a failover; none may be lost. It is in sight now.")]
    public void Voters_InSight_SaysHowManyMayBeLost(string voters, string level, string sentence) => Says("voters", level, sentence, Facts(voters));

    [Theory]
    [InlineData(1, "n2 n3", "n2 n3", "ok", "A commit waits for 1 of 2 standbys (n2, n3) to flush it; 2 stream now: any 1 may be lost, and commits go on.")]
    [InlineData(1, "n2 n3", "n2", "warn", "A commit waits for 1 of 2 standbys (n2, n3) to flush it; 1 streams now: none may be lost without commits waiting.")]
    [InlineData(1, "n2 n3", "", "bad", "A commit waits for 1 of 2 standbys (n2, n3) to flush it; none streams: commits wait.")]
    [InlineData(2, "n2 n3 n4", "n2 n4 n3", "ok", "A commit waits for 2 of 3 standbys (n2, n3, n4) to flush it; 3 stream now: any 1 may be lost, and commits go on.")]
    [InlineData(2, "n2 n3", "n3", "bad", "A commit waits for 2 of 2 standbys (n2, n3) to flush it; only 1 streams (n3): commits wait.")]
    [InlineData(1, "n2 n3", null, "unknown", "A commit waits for 1 of 2 standbys (n2, n3) to flush it; how many of them stream is unknown, since the probing user may not see that (pg_monitor).")]
    [InlineData(1, "", "x y", "ok", "A commit waits for 1 of the standbys, whichever they are, to flush it; 2 stream now: any 1 may be lost, and commits go on.")]
    public void Commits_Streaming_SaysHowManyMayBeLost(int required, string names, string? streaming, string level, string sentence) =>
        Says("commits", level, sentence, Facts("n1 n2 n3") with { Commit = new CommitFact(required, Words(names), streaming is null ? null : Words(streaming), IsClosed: false) });

    [Fact]
    public void Commits_WithoutStandbys_IsNeverCalledSafe()
    {
        var none = new CommitFact(0, [], [], IsClosed: false);
        Says("commits", "warn", "A commit waits for no standby (asynchronous replication): what was acked can be lost with n1.", Facts("n1 n2 n3", required: 0) with { Commit = none });
        Says("commits", "warn", "n1 takes writes alone since term 4: there is one copy of them until a standby has caught up.", Facts("n1 n2 n3", required: 0, configured: 1) with { Commit = none });
        Says("commits", "bad", "n1 acks nothing now: its commits wait for a name that nobody bears, as in the course of a switchover.", Facts("n1 n2 n3") with { Commit = none with { Required = 1, IsClosed = true } });
        Says("commits", "bad", "No primary is in sight: applications that see the same commit nothing.", Facts("n1- n2 n3") with { Primary = null, Commit = null });
        Says("commits", "unknown", "What a commit on n1 waits for is unknown.", Facts("n1 n2 n3") with { Commit = null });
    }

    private const string Rule = "If n1 is lost: a failover needs the consent of 2 voters other than n1 and to reach every one of n2, n3, since each may be the only one with an acked write.";

    [Theory]
    [InlineData("n1 n2 n3", "ok", Rule + " All of that is there now, as far as is seen from here. At most 3 are made in 10 min.")]
    [InlineData("n1 n2 n3-", "warn", Rule + " Not possible now: 2 other voters have to agree, and n3 is out of sight; n3 is out of sight.")]
    [InlineData("n1 n2 n3-", "warn", "If n1 is lost: a failover needs the consent of 3 voters other than n1 and to reach every one of n2, n3, since each may be the only one with an acked write. Not possible now: n3 is out of sight.", "w1 w2")]
    [InlineData("n1 n2 n3?", "unknown", Rule + " Whether it is possible now is unknown: whether enough voters are in sight; whether n3 can be cut off.")]
    public void Failover_NamedStandbys_AllAreNeeded(string voters, string level, string sentence, string witnesses = "") =>
        Says("failover", level, sentence, Facts($"{voters} {witnesses}".Trim(), standbys: "n2 n3"));

    [Fact]
    public void Failover_OneStandbyNamed_TooFewWouldBeLeft()
    {
        var two = Facts("n1 n2 w1", standbys: "n2");
        Assert.Contains("Not possible now: too few would be left to ack the commits of whoever is promoted (1 must).", Line("failover", two).Text, StringComparison.Ordinal);
        var degrading = Facts("n1 n2 w1", standbys: "n2");
        degrading.Options.DegradeAfter = TimeSpan.FromSeconds(10);
        Assert.Equal(Levels.Ok, Line("failover", degrading).Level);

        // Another standby, which need not ack now, could follow: or not.
        Assert.Contains("Whether it is possible now is unknown: whether enough others could follow", Line("failover", Facts("n1 n2 n3", standbys: "n2")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Failover_WhatIsInTheWay_IsSaid()
    {
        var healthy = Facts("n1 n2 n3");
        Assert.Equal(Levels.Ok, Line("failover", healthy).Level);
        Not("automatic failover is paused", healthy with { IsPaused = true });
        Not("the elected coordinator, this instance, does not act", healthy with { RefusesToAct = true });
        Unknown("whether it is paused cannot be seen from here", healthy with { IsPaused = null });
        Unknown("no coordinator is elected as far as is seen from here", healthy with { IsCoordinated = false });
        Not("n1 takes writes alone, until a standby has caught up", Facts("n1 n2 n3", required: 0, configured: 1));
        Assert.Equal((Levels.Unknown, "No term is established as far as is seen: HaConnect makes no failover here yet."), Of(Line("failover", healthy with { Term = null })));
        Assert.Equal((Levels.Warn, "Coordination was given up: HaConnect makes no failover here."), Of(Line("failover", healthy with { IsGivenUp = true, Term = null })));
        Assert.StartsWith("n1, to which term 4 belongs, is not in use: a failover needs", Line("failover", healthy with { Primary = null, Commit = null }).Text, StringComparison.Ordinal);
        return;

        void Not(string why, QuorumFacts facts) => Assert.Contains($"Not possible now: {why}.", Line("failover", facts).Text, StringComparison.Ordinal);
        void Unknown(string why, QuorumFacts facts) => Assert.Contains($"Whether it is possible now is unknown: {why}.", Line("failover", facts).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Failover_Asynchronous_NeedsAMajorityOfTheOthersAndSaysWhatCanBeLost()
    {
        var facts = Facts("n1 n2 n3 n4 n5", required: 0);
        var line = Line("failover", facts);
        Assert.Equal(Levels.Ok, line.Level);
        Assert.StartsWith("If n1 is lost: a failover needs the consent of 3 voters other than n1 and to reach 3 of n2, n3, n4, n5. What was acked last can be lost: no standby is promoted that is more than 16777216 bytes behind", line.Text, StringComparison.Ordinal);
        Assert.Equal(Levels.Warn, Line("failover", Facts("n1 n2 n3 n4- n5-", required: 0)).Level);
    }

    [Theory]
    [InlineData("n1 n2 n3", "n2 n3", "ok", "Any 1 of n1, n2, n3 may be lost now, and writes go on (after a failover, where it is the primary).")]
    [InlineData("n1 n2 n3-", "n2", "warn", "Losing n1 or n2 now would stop writes.")]
    [InlineData("n1 n2 n3", "n2", "warn", "Losing n1 or n3 now would not stop writes; losing n2 would.")]
    [InlineData("n1 n2 n3?", "n2 n3", "unknown", "Losing n3 now would not stop writes; unknown of n1, n2.")]
    [InlineData("n1 n2 n3", null, "unknown", "Losing n1 now would not stop writes; unknown of n2, n3.")]
    public void Loss_OfOne_IsSaidOfEach(string voters, string? streaming, string level, string sentence) =>
        Says("loss", level, sentence, Facts(voters) with { Commit = new CommitFact(1, ["n2", "n3"], streaming is null ? null : Words(streaming), IsClosed: false) });

    [Fact]
    public void Loss_NobodyManagesTheCluster_ThePrimaryMayNotBeLost() =>
        Says("loss", "warn", "Losing n2 or n3 now would not stop writes; losing n1 would.", Facts("n1 n2 n3") with { Term = null });

    [Fact]
    public void Loss_EveryCombination_IsNeverMoreHopefulThanTheFailoverRules()
    {
        // Whatever is in sight: where the primary is said to be dispensable, all named standbys and a majority of the others are there.
        string[] signs = ["", "-", "?"];
        foreach (var a in signs)
        {
            foreach (var b in signs)
            {
                foreach (var w in signs)
                {
                    var facts = Facts($"n1 n2{a} n3{b} w1{w} w2");
                    var losses = Losses.Of(facts, Feasibility.Of(facts, facts.Term!));
                    var isThere = a.Length == 0 && b.Length == 0;
                    Assert.Equal(isThere, losses.Survivable.Contains("n1"));
                    if (a == "-" || b == "-")
                        Assert.Contains("n1", losses.Fatal);
                }
            }
        }
    }

    private static void Says(string topic, string level, string sentence, QuorumFacts facts) => Assert.Equal((level, sentence), Of(Line(topic, facts)));

    private static (string Level, string Text) Of(QuorumLine line) => (line.Level, line.Text);

    private static QuorumLine Line(string topic, QuorumFacts facts) => Assert.Single(QuorumWords.Of(facts), l => l.Topic == topic);

    private static QuorumFacts Facts(string voters, int required = 1, string? standbys = null, int? configured = null)
    {
        var all = Words(voters).Select(v => new VoterFact(v.TrimEnd('-', '?'), v[0] == 'w', v[^1] switch
        {
            '-' => Sight.Missing,
            '?' => Sight.Unknown,
            _ => Sight.Seen,
        }, IsStandby: v[0] != 'w' && !v.StartsWith("n1", StringComparison.Ordinal) && v[^1] is not ('-' or '?'))).ToList();
        string[] named = required == 0 ? [] : standbys is null ? [.. all.Where(v => !v.IsWitness && v.Name != "n1").Select(v => v.Name)] : Words(standbys);
        return new QuorumFacts
        {
            Voters = all,
            Term = new TermRow(4, "n1", named, required, IsEstablished: true),
            Primary = "n1",
            Commit = new CommitFact(required, named, named, IsClosed: false),
            IsPaused = false,
            IsCoordinated = true,
            Options = new FailoverOptions { Mode = FailoverMode.Coordinate, RequiredSynchronousStandbys = configured ?? required },
        };
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
