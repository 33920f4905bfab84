using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace HaConnect.Operations;

/// <summary>
/// The range in which a value raises no alert, as Nagios plug-ins write it: <c>10</c> (0 to 10), <c>10:</c> (10 or more), <c>~:10</c> (10 or less), <c>10:20</c>, and <c>@10:20</c>, which
/// raises an alert inside instead of outside. The ends belong to the range.
/// </summary>
public sealed class CheckRange
{
    private readonly string _text;

    private CheckRange(string text, double start, double end, bool isInverted) => (_text, Start, End, IsInverted) = (text, start, end, isInverted);

    /// <summary>Its least value; negative infinity for none.</summary>
    public double Start { get; }

    /// <summary>Its greatest value; infinity for none.</summary>
    public double End { get; }

    /// <summary>Whether values inside raise the alert.</summary>
    public bool IsInverted { get; }

    /// <summary>Reads a range.</summary>
    /// <param name="text">As Nagios plug-ins write it.</param>
    /// <exception cref="FormatException">It is no range.</exception>
    public static CheckRange Parse(string text) =>
        TryParse(text, out var range) ? range : throw new FormatException($"'{text}' is no range: write 10 (0 to 10), 10: (10 or more), ~:10 (10 or less), 10:20, or @10:20 for an alert inside.");

    /// <summary>Reads a range, where it is one.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out CheckRange? range)
    {
        range = null;
        if (string.IsNullOrEmpty(text))
            return false;
        var isInverted = text[0] == '@';
        var ends = text.AsSpan(isInverted ? 1 : 0);
        var colon = ends.IndexOf(':');
        var (start, end) = (0d, double.PositiveInfinity);
        if (colon >= 0)
        {
            if (ends[..colon] is "~")
                start = double.NegativeInfinity;
            else if (!IsNumber(ends[..colon], out start))
                return false;
            ends = ends[(colon + 1)..];
        }

        if ((ends.Length > 0 || colon < 0) && !IsNumber(ends, out end))
            return false;
        if (start > end)
            return false;
        range = new CheckRange(text, start, end, isInverted);
        return true;
    }

    /// <summary>Whether a value raises the alert.</summary>
    public bool Alerts(double value) => (value < Start || value > End) != IsInverted;

    /// <summary>As it was written.</summary>
    public override string ToString() => _text;

    private static bool IsNumber(ReadOnlySpan<char> text, out double value) => double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
}
