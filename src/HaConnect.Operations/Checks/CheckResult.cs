namespace HaConnect.Operations;

/// <summary>What one check found.</summary>
/// <param name="Check">Its name, for instance <c>lag</c>.</param>
/// <param name="State">How it stands.</param>
/// <param name="Text">Why, as a sentence for people.</param>
/// <param name="Values">What was measured.</param>
public sealed record CheckResult(string Check, CheckState State, string Text, IReadOnlyList<CheckValue> Values)
{
    /// <summary>The line of a Nagios plug-in: <c>HACONNECT LAG OK - text | 'n2'=0.02s;10;60;0</c>.</summary>
    public override string ToString()
    {
        // A bar begins the performance data, and a line break would end the status line.
        var text = Text.Replace('|', '/').ReplaceLineEndings(" ");
        var line = $"HACONNECT {Check.ToUpperInvariant()} {State.ToString().ToUpperInvariant()} - {text}";
        return Values.Count == 0 ? line : $"{line} | {string.Join(' ', Values)}";
    }

    /// <summary>The worse of two: critical, then unknown, then warning.</summary>
    internal static CheckState Worse(CheckState a, CheckState b) => Rank(a) >= Rank(b) ? a : b;

    private static int Rank(CheckState state) => state switch
    {
        CheckState.Critical => 3,
        CheckState.Unknown => 2,
        CheckState.Warning => 1,
        _ => 0,
    };
}
