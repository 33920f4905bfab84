namespace HaConnect.Operations.Integrity;

/// <summary>What two looks at a row on each side come to.</summary>
internal enum Judgement
{
    /// <summary>The right side shows what the left one showed at one of its looks, or neither has it any more.</summary>
    Equal,

    /// <summary>The left side had the same version before and after the right one was looked at, which had had the time to show it, and shows something else.</summary>
    Changed,

    /// <summary>The same, and the right one has none.</summary>
    Missing,

    /// <summary>The right side had the same version at both of its looks, and the left one, looked at in between and after, has none.</summary>
    Extra,

    /// <summary>It changes: look again.</summary>
    InFlux,
}
