using System.Globalization;

namespace HaConnect.Operations.Drills.Load;

/// <summary>How much is written in a second: transactions, or bytes of WAL.</summary>
internal readonly record struct LoadRate(double PerSecond, bool IsWal)
{
    internal const double LeastWrites = 1;
    internal const double MostWrites = 1_000_000;
    internal const double LeastWal = 1024;
    internal const double MostWal = 100.0 * (1L << 30);

    // As PostgreSQL counts them.
    private static readonly (string Unit, double Bytes)[] s_units = [("kB", 1L << 10), ("MB", 1L << 20), ("GB", 1L << 30)];

    internal LoadRate Times(double factor) => this with { PerSecond = PerSecond * factor };

    /// <summary>Reads <c>2000</c>, <c>2000/s</c> (writes) or <c>20MB</c>, <c>20MB/s</c> (WAL).</summary>
    internal static bool TryParse(string text, out LoadRate rate)
    {
        var number = text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text;
        var (unit, bytes) = s_units.FirstOrDefault(u => number.EndsWith(u.Unit, StringComparison.Ordinal));
        if (unit is not null)
            number = number[..^unit.Length];
        var isNumber = double.TryParse(number.TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        rate = new LoadRate(value * (unit is null ? 1 : bytes), unit is not null);
        return isNumber && rate.IsWithinBounds;
    }

    internal bool IsWithinBounds => IsWal ? PerSecond is >= LeastWal and <= MostWal : PerSecond is >= LeastWrites and <= MostWrites;

    public override string ToString() => IsWal ? LoadText.Bytes(PerSecond) + "/s of WAL" : string.Create(CultureInfo.InvariantCulture, $"{PerSecond:#,0.#} writes/s");
}
