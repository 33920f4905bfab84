using System.Globalization;

namespace HaConnect.Operations;

/// <summary>A measured value of a check: performance data, in Nagios' words.</summary>
/// <param name="Label">What was measured.</param>
/// <param name="Value">How much; null where it could not be measured (<c>U</c>).</param>
/// <param name="Unit">s, B, or empty for a number.</param>
/// <param name="Warning">The threshold; null for none.</param>
/// <param name="Critical">The threshold; null for none.</param>
public sealed record CheckValue(string Label, double? Value, string Unit = "", CheckRange? Warning = null, CheckRange? Critical = null)
{
    /// <summary><c>'label'=value[unit];warning;critical;0</c>.</summary>
    public override string ToString()
    {
        var value = Value is { } known ? known.ToString("0.######", CultureInfo.InvariantCulture) + Unit : "U";

        // The contract has no way to write a quote but twice, and none to write an equals sign.
        var label = Label.Replace("'", "''", StringComparison.Ordinal).Replace('=', '_').ReplaceLineEndings(" ");
        return $"'{label}'={value};{Warning};{Critical};0";
    }

    internal CheckState State => Value is not { } known ? CheckState.Unknown
        : Critical?.Alerts(known) == true ? CheckState.Critical
        : Warning?.Alerts(known) == true ? CheckState.Warning : CheckState.Ok;
}
