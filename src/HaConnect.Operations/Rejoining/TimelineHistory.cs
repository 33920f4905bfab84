using System.Globalization;
using NpgsqlTypes;

namespace HaConnect.Operations.Rejoining;

/// <summary>
/// A timeline's history file: from which timelines it comes, and where it left each. One line each: number, position, reason.
/// Source: PostgreSQL's timeline.c, readTimeLineHistory.
/// </summary>
internal sealed class TimelineHistory(string text)
{
    private readonly List<(int Timeline, ulong End)> _ancestors = [.. Lines(text)];

    internal static string FileName(int timeline) => string.Create(CultureInfo.InvariantCulture, $"{timeline:X8}.history");

    /// <summary>The timelines from the first one to the one whose history this is, each with where it began and where it was left.</summary>
    internal IReadOnlyList<TimelineStretch> Stretches(int own)
    {
        List<TimelineStretch> stretches = [];
        var begin = 0UL;
        foreach (var (timeline, end) in _ancestors)
        {
            stretches.Add(new(timeline, begin, end));
            begin = end;
        }

        return [.. stretches, new(own, begin, null)];
    }

    private static IEnumerable<(int, ulong)> Lines(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.Split((char[])[' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries) is [var number, var end, ..]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var timeline))
                yield return (timeline, (ulong)NpgsqlLogSequenceNumber.Parse(end));
        }
    }
}
