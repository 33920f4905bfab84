using System.Globalization;

namespace HaConnect.Operations.Backups;

/// <summary>What marks say of a copy: each that was committed up to the target is there, and none that was committed after it. Pure.</summary>
/// <param name="IsProven">Whether both hold, with at least one mark on each side.</param>
/// <param name="Before">Marks up to the target that are there.</param>
/// <param name="After">Marks behind the target that are not there.</param>
/// <param name="Sentence">For people.</param>
internal sealed record MarkProof(bool IsProven, int Before, int After, string Sentence)
{
    /// <param name="marks">All.</param>
    /// <param name="target">The moment.</param>
    /// <param name="found">The ids of those that the copy has as committed.</param>
    internal static MarkProof Of(IReadOnlyList<Mark> marks, DateTimeOffset target, IReadOnlySet<string> found)
    {
        // One that straddles the moment was committed at it, as far as is known.
        var (before, after) = (marks.Where(m => m.Ended <= target).ToList(), marks.Where(m => m.Begun > target).ToList());
        var (missing, early) = (before.Where(m => !found.Contains(m.Id)).ToList(), after.Where(m => found.Contains(m.Id)).ToList());
        var proven = missing.Count == 0 && early.Count == 0 && before.Count > 0 && after.Count > 0;
        var sentence = proven
            ? string.Create(CultureInfo.InvariantCulture, $"the {before.Count} marks that the primary committed before {Words.Of(target)} are there, the last of {Words.Of(before[^1].Begun)}, and the {after.Count} that it committed after it are not, the first of {Words.Of(after[0].Begun)}")
            : before.Count == 0 || after.Count == 0 ? "there are not marks on both sides of the target"
            : string.Create(CultureInfo.InvariantCulture, $"{missing.Count} of {before.Count} marks committed before {Words.Of(target)} are missing, and {early.Count} of {after.Count} committed after it are there");
        return new(proven, before.Count - missing.Count, after.Count - early.Count, sentence);
    }
}
