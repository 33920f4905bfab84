using System.Globalization;

namespace HaConnect.Operations.Drills.Reporting;

/// <summary>Figures as people read them.</summary>
internal static class DrillNumbers
{
    internal static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Seconds(double? seconds) => seconds is { } some ? string.Create(CultureInfo.InvariantCulture, $"{some:0.000} s") : "never";

    /// <summary>A target, without digits that say nothing.</summary>
    internal static string Target(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###} s");

    /// <summary>Rounded down: 100 % is said only of all.</summary>
    internal static string Percent(double rate) => rate >= 1 ? "100 %" : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(rate * 1e6) / 1e4:0.0000} %");

    internal static double? Rounded(TimeSpan? duration) => duration is { } some ? Math.Round(some.TotalSeconds, 3) : null;
}
