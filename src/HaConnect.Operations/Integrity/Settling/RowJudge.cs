namespace HaConnect.Operations.Integrity;

/// <summary>
/// Judges a row by two looks at each side, in the order right, left, (the right has shown all that the left showed), right, left. Pure.
/// A version that the left side shows at both of its looks was there all the time between them, so that the right one has to show it at the look in between. And a version that the right one shows at both of its looks
/// was there, at the left, when the left one stood between the two.
/// </summary>
internal static class RowJudge
{
    internal static Judgement Judge(RowState? leftBefore, RowState? rightBefore, RowState? rightNow, RowState? leftNow)
    {
        if (AreAlike(rightNow, leftBefore) || AreAlike(rightNow, leftNow))
            return Judgement.Equal;
        if (leftBefore != leftNow || rightBefore != rightNow)
            return Judgement.InFlux;
        return leftNow is null ? Judgement.Extra : rightNow is null ? Judgement.Missing : Judgement.Changed;
    }

    /// <summary>The version is a side's own affair.</summary>
    private static bool AreAlike(RowState? one, RowState? other) => one?.Digest == other?.Digest;
}
