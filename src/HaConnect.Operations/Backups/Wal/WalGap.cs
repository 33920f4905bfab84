using System.Globalization;
using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Backups;

/// <summary>Segments in a row that are missing where later ones are there.</summary>
/// <param name="Files">All of them, by name; of more than <see cref="MostNames"/> the first and the last.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Begin">The LSN at which recovery would come to its end.</param>
internal sealed record WalGap(IReadOnlyList<string> Files, long Count, ulong Begin)
{
    internal const int MostNames = 20;

    public override string ToString() => Count <= MostNames ? string.Join(", ", Files)
        : string.Create(CultureInfo.InvariantCulture, $"{Count} segments from {Files[0]} to {Files[^1]}");

    internal static WalGap Of(IReadOnlyList<(ulong Segment, string File)> missing, WalGeometry geometry) =>
        new(missing.Count <= MostNames ? [.. missing.Select(m => m.File)] : [missing[0].File, missing[^1].File], missing.Count, missing[0].Segment * (ulong)geometry.SegmentSize);
}
