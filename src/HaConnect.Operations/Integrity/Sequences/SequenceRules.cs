using System.Globalization;

namespace HaConnect.Operations.Integrity;

/// <summary>What two states of a sequence come to. Pure.</summary>
internal static class SequenceRules
{
    /// <summary>PostgreSQL writes 32 values ahead into the WAL: that many a standby may be ahead.</summary>
    internal const long Ahead = 32;

    /// <summary>Whether the right side is further than the WAL can have told it; asked only of a sequence that the left side has not used meanwhile.</summary>
    internal static bool IsFarAhead(SequenceState left, SequenceState? leftAgain, SequenceState? right) =>
        left.Last is { } given && given == leftAgain?.Last && right?.Last is { } other && Steps(left, given, other) > Ahead;

    /// <summary>Whether the right side would give again a value that the left one has given.</summary>
    /// <param name="left">Of the left side.</param>
    /// <param name="right">Of the right side.</param>
    /// <param name="slack">How many values the left side may be ahead by right, as a standby of the right one.</param>
    internal static bool IsBehind(SequenceState left, SequenceState? right, long slack = 0) => left.Last is { } given && (right?.Last is not { } other || Steps(left, other, given) > slack);

    /// <summary>By how many values it went on from one value to another; rounded up.</summary>
    private static Int128 Steps(SequenceState sequence, Int128 from, Int128 to)
    {
        var (way, step) = (sequence.Increment > 0 ? to - from : from - to, Int128.Abs(sequence.Increment));
        return (way + (way > 0 ? step - 1 : 0)) / step;
    }

    internal static string Describe(SequenceState left, SequenceState? right) =>
        string.Create(CultureInfo.InvariantCulture, $"{left.FullName} ({(right?.Last is { } there ? $"{there}" : "nothing")} of {left.Last})");

    /// <param name="left">Of the left side.</param>
    /// <param name="right">Of the right side, once it had followed.</param>
    /// <param name="leftAgain">Of the left side, once that was as far as the right one; null where that is not known, or one is not the other's standby.</param>
    /// <param name="relation">How they belong together.</param>
    /// <param name="isLeftStandby">Whether the left side is the standby of the right one.</param>
    internal static IReadOnlyList<VerificationNote> Judge(IReadOnlyList<SequenceState> left, IReadOnlyList<SequenceState> right, IReadOnlyList<SequenceState>? leftAgain, SideRelation relation, bool isLeftStandby = false)
    {
        if (relation == SideRelation.Replay)
            left = [.. left.Where(s => s.IsLogged)];

        // One that was dropped or set back at the left meanwhile may well be so at the right.
        var again = leftAgain?.ToDictionary(s => s.FullName, StringComparer.Ordinal) ?? [];
        if (leftAgain is not null)
            left = [.. left.Where(s => again.TryGetValue(s.FullName, out var later) && !IsBehind(s, later))];
        var there = right.ToDictionary(s => s.FullName, StringComparer.Ordinal);
        List<VerificationNote> notes = [];
        if (left.Where(s => !s.IsReadable || there.GetValueOrDefault(s.FullName) is { IsReadable: false }).Select(s => s.FullName).ToList() is { Count: > 0 } unread)
            notes.Add(new(relation == SideRelation.Replay ? VerificationNoteKind.NotVerified : VerificationNoteKind.Note, null, $"Sequences that this role may not read: {TableChoice.Names(unread)}."));
        var behind = left.Where(s => s.IsReadable && there.GetValueOrDefault(s.FullName) is not { IsReadable: false } && IsBehind(s, there.GetValueOrDefault(s.FullName), isLeftStandby ? Ahead : 0)).Select(s => Describe(s, there.GetValueOrDefault(s.FullName))).ToList();
        if (behind.Count > 0)
        {
            notes.Add(relation switch
            {
                SideRelation.Replay => new(VerificationNoteKind.Difference, null, $"Sequences that are behind at the right: {TableChoice.Names(behind)}."),
                SideRelation.Subscription => new(VerificationNoteKind.Note, null, $"Logical replication does not carry sequences. Behind at the right, to be set there before it takes writes: {TableChoice.Names(behind)}."),
                _ => new VerificationNote(VerificationNoteKind.Note, null, $"Sequences that are behind at the right, to be set there before it takes writes: {TableChoice.Names(behind)}."),
            });
        }

        if (left.Where(s => IsFarAhead(s, again.GetValueOrDefault(s.FullName), there.GetValueOrDefault(s.FullName))).Select(s => Describe(s, there.GetValueOrDefault(s.FullName))).ToList() is { Count: > 0 } ahead)
            notes.Add(new(VerificationNoteKind.Difference, null, string.Create(CultureInfo.InvariantCulture, $"Sequences that are more than {Ahead} values ahead at the right: {TableChoice.Names(ahead)}.")));
        return notes;
    }
}
