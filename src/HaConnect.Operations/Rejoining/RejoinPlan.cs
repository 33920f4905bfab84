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
        if (f.WasStandby && !f.HistoriesDiffer && f.Timeline <= f.PrimaryTimeline && (f.Fork is not null || f.Timeline == f.PrimaryTimeline))
            return new(RejoinMethod.Start, Invariant($"{node} was a standby on timeline {f.Timeline}, from which the primary's comes"));
        if (f.Timeline >= f.PrimaryTimeline)
            return BaseBackup(Invariant($"{node} was out of recovery on timeline {f.Timeline}, and the primary's is {f.PrimaryTimeline}: two nodes promoted from one parent take one number, and pg_rewind takes them for one history"));
        if (f.Fork is not { } fork)
            return BaseBackup(Invariant($"timeline {f.Timeline} of {node} is none from which the primary's timeline {f.PrimaryTimeline} comes"));
        if (!f.CanRewind)
            return BaseBackup($"{node} has neither data checksums nor wal_log_hints, without which pg_rewind cannot work");
        return f.SharesHistory switch
        {
            true => new(RejoinMethod.Rewind, Invariant($"{node} and the primary have the same WAL up to {fork}, where the primary left timeline {f.Timeline}")),
            false => BaseBackup(Invariant($"before {fork}, where the primary left timeline {f.Timeline}, its WAL is another than that of {node}: they only have the number in common")),
            null => BaseBackup(Invariant($"the primary has no WAL any more from before {fork}, by which one could tell whether its timeline {f.Timeline} is that of {node}")),
        };
    }

    private static RejoinPlan BaseBackup(string reason) => new(RejoinMethod.BaseBackup, reason);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
