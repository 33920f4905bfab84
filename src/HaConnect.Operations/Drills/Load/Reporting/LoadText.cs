using System.Globalization;

namespace HaConnect.Operations.Drills.Load;

/// <summary>Figures for people. Pure.</summary>
internal static class LoadText
{
    internal const string Unknown = "not known";

    /// <summary>As PostgreSQL counts them: 1 kB is 1,024 bytes.</summary>
    internal static string Bytes(double bytes) => Math.Abs(bytes) switch
    {
        < 1 << 10 => Text($"{bytes:0} B"),
        < 1 << 20 => Text($"{bytes / (1 << 10):0.0} kB"),
        < 1 << 30 => Text($"{bytes / (1 << 20):0.0} MB"),
        _ => Text($"{bytes / (1 << 30):#,0.0} GB"),
    };

    internal static string Seconds(TimeSpan? time) => time is { } t ? Text($"{t.TotalSeconds:0.000} s") : Unknown;

    internal static string Milliseconds(TimeSpan? time) => time is { } t ? Text($"{t.TotalMilliseconds:0.0} ms") : Unknown;

    internal static string Percent(double? share) => share is { } s ? Text($"{100 * s:0} %") : Unknown;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
