using System.Globalization;

namespace HaConnect.Operations.Integrity;

/// <summary>What two states of a sequence come to. Pure.</summary>
internal static class SequenceRules
{
    /// <summary>PostgreSQL writes 32 values ahead into the WAL: that many a standby may be ahead.</summary>
    internal const long Ahead = 32;

    /// <summary>Whether the right side would give again a value that the left one has given.</summary>
    internal static bool IsBehind(SequenceState left, SequenceState? right) => left.Last is { } given && (right?.Last is not { } other || (left.Increment > 0 ? other < given : other > given));

    internal static string Describe(SequenceState left, SequenceState? right) =>
        string.Create(CultureInfo.InvariantCulture, $"{left.FullName} ({(right?.Last is { } there ? $"{there}" : "nothing")} of {left.Last})");

    internal static IReadOnlyList<VerificationNote> Judge(IReadOnlyList<SequenceState> left, IReadOnlyList<SequenceState> right, SideRelation relation)
    {
        var there = right.ToDictionary(s => s.FullName, StringComparer.Ordinal);
        List<VerificationNote> notes = [];
        if (left.Where(s => !s.IsReadable || there.GetValueOrDefault(s.FullName) is { IsReadable: false }).Select(s => s.FullName).ToList() is { Count: > 0 } unread)
            notes.Add(new(VerificationNoteKind.Note, null, $"Sequences that this role may not read: {TableChoice.Names(unread)}."));
        var behind = left.Where(s => s.IsReadable && there.GetValueOrDefault(s.FullName) is not { IsReadable: false } && IsBehind(s, there.GetValueOrDefault(s.FullName))).Select(s => Describe(s, there.GetValueOrDefault(s.FullName))).ToList();
        if (behind.Count > 0)
        {
            notes.Add(relation switch
            {
                SideRelation.Replay => new(VerificationNoteKind.Difference, null, $"Sequences that are behind at the right: {TableChoice.Names(behind)}."),
                SideRelation.Subscription => new(VerificationNoteKind.Note, null, $"Logical replication does not carry sequences. Behind at the right, to be set there before it takes writes: {TableChoice.Names(behind)}."),
                _ => new VerificationNote(VerificationNoteKind.Note, null, $"Sequences that are behind at the right, to be set there before it takes writes: {TableChoice.Names(behind)}."),
            });
        }

        return notes;
    }
}
