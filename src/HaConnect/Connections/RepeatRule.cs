namespace HaConnect.Connections;

/// <summary>Whether work may be run again, whoever asks for it: HaConnect's own retry strategy, or one of the application's.</summary>
internal static class RepeatRule
{
    /// <param name="kind">What it is declared as.</param>
    /// <param name="onlyReads">Whether it only reads.</param>
    /// <param name="end">What is known of the attempt before.</param>
    internal static bool Allows(WorkKind kind, bool onlyReads, WorkEnd end) => (kind, onlyReads, end) switch
    {
        (WorkKind.Never, _, _) or (_, _, WorkEnd.Applied) => false,
        (WorkKind.IdempotentWrite, _, _) or (_, true, _) => true,
        (WorkKind.Write, false, _) => end == WorkEnd.NotApplied,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
