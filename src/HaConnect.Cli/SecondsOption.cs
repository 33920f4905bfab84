using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace HaConnect.Cli;

/// <summary>An option that is a number of seconds, with its bounds.</summary>
internal static class SecondsOption
{
    internal static Option<TimeSpan> Create(string name, string description, double least, double most, TimeSpan byDefault) => new(name)
    {
        Description = Text($"{description} {least} to {most}."),
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => Parse(result, name, least, most) ?? byDefault,
    };

    /// <summary>One that need not be given.</summary>
    internal static Option<TimeSpan?> CreateOptional(string name, string description, double least, double most) => new(name)
    {
        Description = Text($"{description} {least} to {most}."),
        CustomParser = result => Parse(result, name, least, most),
    };

    private static TimeSpan? Parse(ArgumentResult result, string name, double least, double most)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= most)
            return TimeSpan.FromSeconds(seconds);
        result.AddError(Text($"{name} is {text}; it must be a number of seconds from {least} to {most}."));
        return null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
