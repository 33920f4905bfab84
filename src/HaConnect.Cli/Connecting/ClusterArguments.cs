using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace HaConnect.Cli.Connecting;

/// <summary>Which cluster a command is about, and how long to look at it. All commands have these.</summary>
internal sealed class ClusterArguments
{
    private const double LeastTimeout = 0.5;
    private const double MostTimeout = 300;

    internal Option<string?> Connection { get; } = new("--connection", "-c")
    {
        Description = "A connection string that names the nodes: \"Host=db1,db2,db3;Username=haobserver\". Without a password: that is taken from PGPASSWORD, PGPASSFILE, ~/.pgpass, or the settings.",
        Recursive = true,
    };

    internal Option<FileInfo?> Config { get; } = new("--config")
    {
        Description = "A JSON file with the settings of the application. Default: appsettings.json in this folder, where there is one. Environment variables (HaDatabase__ConnectionString, …) come on top.",
        Recursive = true,
    };

    internal Option<string> Section { get; } = new("--section")
    {
        Description = "The section of the settings.",
        Recursive = true,
        DefaultValueFactory = _ => "HaDatabase",
    };

    internal Option<double> Timeout { get; } = new("--timeout")
    {
        Description = "For how many seconds at most to look before what is known is told. 0.5 to 300.",
        Recursive = true,
        DefaultValueFactory = _ => 5,
        CustomParser = Seconds,
    };

    internal IEnumerable<Option> All => [Connection, Config, Section, Timeout];

    internal TimeSpan TimeoutOf(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(Timeout));

    /// <exception cref="UsageException">They cannot be used; the message says why, and what to do.</exception>
    internal HaDatabaseOptions OptionsOf(ParseResult parsed) =>
        SettingsReader.Read(parsed.GetValue(Connection), parsed.GetValue(Config), parsed.GetValue(Section)!);

    private static double Seconds(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= LeastTimeout and <= MostTimeout)
            return seconds;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"--timeout is {text}; it must be a number of seconds from {LeastTimeout} to {MostTimeout}."));
        return MostTimeout;
    }
}
