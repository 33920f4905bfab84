using System.CommandLine;
using System.Globalization;

namespace HaConnect.Cli.Backups;

/// <summary>An option that is a length of time with its unit: 15min, 26h, 7d.</summary>
internal static class HoursOption
{
    private static readonly (string Unit, Func<double, TimeSpan> Of)[] s_units = [("min", TimeSpan.FromMinutes), ("s", TimeSpan.FromSeconds), ("h", TimeSpan.FromHours), ("d", TimeSpan.FromDays)];

    internal static Option<TimeSpan?> Create(string name, string description) => new(name)
    {
        Description = $"{description} For instance 30s, 15min, 26h, 7d.",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Parse(text) is { } time)
                return time;
            result.AddError($"{name} is {text}; write a number and its unit: 30s, 15min, 26h, 7d.");
            return null;
        },
    };

    private static TimeSpan? Parse(string text)
    {
        foreach (var (unit, of) in s_units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 100_000)
                return of(number);
        }

        return null;
    }
}
