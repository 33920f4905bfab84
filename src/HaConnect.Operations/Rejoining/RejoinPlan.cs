using System.Globalization;

namespace HaConnect.Operations.Rejoining;

/// <summary>The way that is tried, and why; where it leads nowhere a base backup always does. Pure.</summary>
internal sealed record RejoinPlan(RejoinMethod Method, string Reason)
{
    internal static RejoinPlan Of(string node, RejoinFacts f)
    {
        if (!f.HasData)
            return BaseBackup($"{node} has no data folder");
        if (f.RewindWasInterrupted)
            return BaseBackup($"a pg_rewind of {node} was interrupted, which leaves a folder that nothing can repair");
        if (f.Major != f.PrimaryMajor)
            return BaseBackup(Invariant($"{node} is of PostgreSQL {f.Major}, the primary of {f.PrimaryMajor}"));
        return f.WasStandby ? OfStandby(node, f) : OfPrimary(node, f);
    }

    private static RejoinPlan OfStandby(string node, RejoinFacts f)
    {
        if (f.HistoriesDiffer || f.Timeline > f.PrimaryTimeline)
            return BaseBackup(Invariant($"timeline {f.Timeline} of {node} is none from which the primary's timeline {f.PrimaryTimeline} comes"));
        if (f.SharesHistory is false)
            return BaseBackup(Invariant($"{node} was a standby on a timeline {f.Timeline} that only has the number, and where it began, in common with the primary's: another node has taken them as well"));

        // Only one cluster has a first timeline: there is no twin of it.
        if (f.SharesHistory is null && f.Timeline > 1)
            return BaseBackup(Invariant($"the WAL is gone by which one could tell whether timeline {f.Timeline}, on which {node} was a standby, is the primary's"));
        if (!f.IsBeyond)
            return new(RejoinMethod.Start, Invariant($"{node} was a standby on timeline {f.Timeline}, {(f.Timeline == f.PrimaryTimeline ? "which is the primary's" : "from which the primary's comes")}"));
        return f.Fork is null
            ? BaseBackup(Invariant($"{node} was a standby on timeline {f.Timeline} and has WAL of it that the primary, on the same timeline, has not"))
            : OfPrimary(node, f);
    }

    private static RejoinPlan OfPrimary(string node, RejoinFacts f)
    {
        if (f.Timeline >= f.PrimaryTimeline)
            return BaseBackup(Invariant($"{node} was out of recovery on timeline {f.Timeline}, and the primary's is {f.PrimaryTimeline}: two nodes promoted from one parent take one number, and pg_rewind takes them for one history"));
        if (f.HistoriesDiffer || f.Fork is not { } fork)
            return BaseBackup(Invariant($"timeline {f.Timeline} of {node} is none from which the primary's timeline {f.PrimaryTimeline} comes"));
        if (!f.CanRewind)
            return BaseBackup($"{node} has neither data checksums nor wal_log_hints, without which pg_rewind cannot work");
        return f.SharesHistory switch
        {
            true => new(RejoinMethod.Rewind, Invariant($"{node} and the primary have the same WAL up to {fork}, where the primary left timeline {f.Timeline}")),
            false => BaseBackup(Invariant($"before {fork}, where the primary left timeline {f.Timeline}, its WAL is another than that of {node}: they only have the number in common")),
            null => BaseBackup(Invariant($"the WAL from before {fork} is gone, or too little, by which one could tell whether timeline {f.Timeline} of the primary is that of {node}")),
        };
    }

    private static RejoinPlan BaseBackup(string reason) => new(RejoinMethod.BaseBackup, reason);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
