using System.CommandLine;
using System.Globalization;

namespace HaConnect.Cli;

/// <summary>An option that is a whole number, with its bounds.</summary>
internal static class CountOption
{
    internal static Option<int> Create(string name, string description, int byDefault, int least, int most) => new(name)
    {
        Description = string.Create(CultureInfo.InvariantCulture, $"{description} {least} to {most}."),
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
                return value;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is {result.Tokens[0].Value}; it must be a whole number from {least} to {most}."));
            return byDefault;
        },
    };
}
