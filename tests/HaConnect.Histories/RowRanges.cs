using System.Globalization;

namespace HaConnect.Histories;

/// <summary>A writer's rows as ranges, <c>1-57,59-80</c>: mostly one range, whatever their number.</summary>
internal static class RowRanges
{
    /// <param name="ordered">Ascending, each number once.</param>
    internal static string Format(IEnumerable<long> ordered)
    {
        List<(long First, long Last)> ranges = [];
        foreach (var row in ordered)
        {
            if (ranges.Count > 0 && ranges[^1].Last == row - 1)
                ranges[^1] = (ranges[^1].First, row);
            else
                ranges.Add((row, row));
        }

        return string.Join(',', ranges.Select(r => r.First == r.Last ? Text(r.First) : $"{Text(r.First)}-{Text(r.Last)}"));
    }

    /// <exception cref="FormatException">They are no ranges.</exception>
    internal static IEnumerable<long> Parse(string ranges)
    {
        foreach (var range in ranges.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-');
            var (first, last) = (Number(ends[0]), Number(ends[^1]));
            if (ends.Length > 2 || last < first)
                throw new FormatException($"'{range}' is no range of rows.");
            for (var row = first; row <= last; row++)
                yield return row;
        }
    }

    private static string Text(long row) => row.ToString(CultureInfo.InvariantCulture);

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
