namespace HaConnect.Status.Quorum;

/// <summary>
/// Which single voters may be lost now so that writes go on: the primary where a failover is possible, a standby where enough others stream, each where
/// a majority stays in sight. Unknown is not yes. Pure.
/// </summary>
/// <param name="Survivable">Those of which it is known that writes go on.</param>
/// <param name="Fatal">Those of which it is known that they do not.</param>
/// <param name="Unknown">The others that are there.</param>
internal sealed record Losses(IReadOnlyList<string> Survivable, IReadOnlyList<string> Fatal, IReadOnlyList<string> Unknown)
{
    internal static Losses Of(QuorumFacts facts, Feasibility? failover)
    {
        List<string> survivable = [], fatal = [], unknown = [];
        foreach (var voter in facts.Voters.Where(v => v.Sight != Sight.Missing))
        {
            (GoOnWithout(voter, facts, failover) switch
            {
                true => survivable,
                false => fatal,
                null => unknown,
            }).Add(voter.Name);
        }

        return new Losses(survivable, fatal, unknown);
    }

    private static bool? GoOnWithout(VoterFact voter, QuorumFacts facts, Feasibility? failover)
    {
        if (facts.Primary is null || facts.Commit is null)
            return null;
        if (voter.Name == facts.Primary)
            return failover is null ? false : failover.IsPossible;
        return And(MajorityWithout(voter, facts), AcksWithout(voter, facts.Commit));
    }

    /// <summary>An instance that sees more than half of the voters no more refuses new writes; nobody is elected where no term is in force.</summary>
    private static bool? MajorityWithout(VoterFact voter, QuorumFacts facts)
    {
        if (facts.Term is null || facts.Options.WithoutMajority.Writes == WithoutMajorityAccess.Allow)
            return true;
        var missing = facts.Voters.Count(v => v.Sight == Sight.Missing || v.Name == voter.Name);
        if (missing >= facts.Majority)
            return false;
        return missing + facts.Voters.Count(v => v.Sight == Sight.Unknown && v.Name != voter.Name) < facts.Majority ? true : null;
    }

    private static bool? AcksWithout(VoterFact voter, CommitFact commit)
    {
        if (commit.IsClosed)
            return false;
        if (commit.Required == 0)
            return true;
        return commit.Streaming?.Count(n => !string.Equals(n, voter.Name, StringComparison.OrdinalIgnoreCase)) is { } left ? left >= commit.Required : null;
    }

    private static bool? And(bool? a, bool? b) => a is false || b is false ? false : a is null || b is null ? null : true;
}
