namespace HaConnect.Operations.Backups;

/// <summary>What is demanded of a copy's rows: a physical copy has each row as it was, so that no share of them may differ.</summary>
internal static class RowComparison
{
    internal static VerificationOptions Options(long asOf, TimeProvider time) => new() { AsOf = asOf, Goal = 1, TimeProvider = time };

    /// <returns>Null where all rows are the primary's.</returns>
    internal static BackupFinding? FindingOf(VerificationReport verification, string side) => verification.Verdict switch
    {
        VerificationVerdict.Met => null,
        VerificationVerdict.NotMet => new(CheckState.Critical, side, $"the copy's rows are not the primary's: {verification}"),
        _ => new(CheckState.Critical, side, $"whether the copy's rows are the primary's could not be told: {verification}"),
    };
}
