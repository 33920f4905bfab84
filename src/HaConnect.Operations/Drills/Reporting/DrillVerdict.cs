namespace HaConnect.Operations.Drills.Reporting;

/// <summary>Whether a drill has passed, by what was found out. Pure.</summary>
internal static class DrillVerdict
{
    /// <summary>Everything that stands against it.</summary>
    internal static IEnumerable<string> Problems(DrillFindings f)
    {
        if (f.NewPrimary is null)
            yield return "No other node has become the primary.";
        if (f.RecoverySeconds is not { } recovery)
            yield return $"No other server than {f.FirstPrimary} has acked a write.";
        else if (recovery > f.RecoveryTargetSeconds)
            yield return $"The first write was acked after {DrillNumbers.Seconds(recovery)}; the target is {DrillNumbers.Target(f.RecoveryTargetSeconds)}.";
        if (f.LostWrites is null)
            yield return "What is lost could not be read.";
        else if (f.LostTarget is { } target && f.LostWrites > target)
            yield return $"{DrillNumbers.Count(f.LostWrites.Value)} acked writes are lost; the target is {(target == 0 ? "none" : $"{DrillNumbers.Count(target)} at most")}.";
        if (f.FailedOperations > 0)
            yield return $"{DrillNumbers.Count(f.FailedOperations)} operations failed before the application's eyes.";
        if (f.MaxReadStalenessSeconds > f.MaxReplicaLagSeconds)
            yield return $"A read was {DrillNumbers.Seconds(f.MaxReadStalenessSeconds)} stale; the bound is {DrillNumbers.Target(f.MaxReplicaLagSeconds)}.";
        if (f.Integrity is null)
            yield return "The rows of the nodes could not be compared.";
        else if (f.Integrity.Rows == 0)
            yield return "No row was compared.";
        foreach (var pair in f.Integrity?.Pairs.Where(p => p.DifferentRows > 0 || p.Different.Count > 0) ?? [])
            yield return $"{pair.Right} is not equal to {pair.Left}: {string.Join("; ", pair.Different)}.";
    }

    /// <summary>The outcome in one sentence.</summary>
    internal static string Sentence(DrillFindings f)
    {
        var asked = f.Kind == DrillKind.Switchover;
        var what = f.Kind switch
        {
            DrillKind.Switchover => $"{f.FirstPrimary} handed over to {f.NewPrimary ?? "nobody"}",
            DrillKind.Disaster => $"a site with the primary {f.FirstPrimary} was lost ({f.Fault})",
            _ => $"the primary {f.FirstPrimary} was struck ({f.Fault})",
        };
        var first = f.RecoverySeconds is { } recovery
            ? $"{f.NewPrimary} acked the first write {DrillNumbers.Seconds(recovery)} after {(asked ? "it was asked for" : "that")} (target {DrillNumbers.Target(f.RecoveryTargetSeconds)})"
            : "no other server acked a write";
        var lost = f.LostWrites is { } some ? $"{DrillNumbers.Count(some)} of {DrillNumbers.Count(f.AckedWrites)} acked writes lost" : "what is lost is not known";
        var rows = f.Integrity is { } integrity ? $"{DrillNumbers.Percent(integrity.Rate)} of {DrillNumbers.Count(integrity.Rows)} compared rows equal" : "rows not compared";
        return $"{(f.Passed ? "Passed" : "Failed")}: {what}; {first}; {lost}; {rows}.";
    }
}
