using System.Globalization;
using NpgsqlTypes;

namespace HaConnect.Operations.Rejoining;

/// <summary>
/// A timeline's history file: from which timelines it comes, and where it left each. One line each: number, position, reason.
/// Source: PostgreSQL's timeline.c, readTimeLineHistory.
/// </summary>
internal sealed class TimelineHistory(string text)
{
    private readonly List<(int Timeline, NpgsqlLogSequenceNumber End)> _ancestors = [.. Lines(text)];

    internal static string FileName(int timeline) => string.Create(CultureInfo.InvariantCulture, $"{timeline:X8}.history");

    /// <summary>Where it left an ancestor, and the timeline that came next; null where that is none.</summary>
    internal (NpgsqlLogSequenceNumber Fork, int Next)? Left(int timeline, int own)
    {
        var i = _ancestors.FindIndex(a => a.Timeline == timeline);
        return i < 0 ? null : (_ancestors[i].End, i + 1 < _ancestors.Count ? _ancestors[i + 1].Timeline : own);
    }

    /// <summary>Whether it comes from all that the other comes from, at the same positions.</summary>
    internal bool BeginsWith(TimelineHistory other) => other._ancestors.Count <= _ancestors.Count && _ancestors.Take(other._ancestors.Count).SequenceEqual(other._ancestors);

    /// <summary>Where it began.</summary>
    internal NpgsqlLogSequenceNumber? Last => _ancestors.Count > 0 ? _ancestors[^1].End : null;

    private static IEnumerable<(int, NpgsqlLogSequenceNumber)> Lines(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.Split((char[])[' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries) is [var number, var end, ..]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var timeline))
                yield return (timeline, NpgsqlLogSequenceNumber.Parse(end));
        }
    }
}
