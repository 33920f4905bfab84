using System.CommandLine;

namespace HaConnect.Cli.Connecting;

/// <summary>Which cluster a command is about, and how long to look at it. All commands have these.</summary>
internal sealed class ClusterArguments
{
    internal ClusterArguments() => Timeout.Recursive = true;

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

    internal Option<TimeSpan> Timeout { get; } = SecondsOption.Create("--timeout", "For how many seconds at most to look before what is known is told.", 0.5, 300, TimeSpan.FromSeconds(5));

    internal IEnumerable<Option> All => [Connection, Config, Section, Timeout];

    internal TimeSpan TimeoutOf(ParseResult parsed) => parsed.GetValue(Timeout);

    /// <summary>Whether the command line says which cluster.</summary>
    internal bool AreNamed(ParseResult parsed) => parsed.GetValue(Connection) is not null || parsed.GetValue(Config) is not null;

    /// <exception cref="UsageException">They cannot be used; the message says why, and what to do.</exception>
    internal HaDatabaseOptions OptionsOf(ParseResult parsed) =>
        SettingsReader.Read(parsed.GetValue(Connection), parsed.GetValue(Config), parsed.GetValue(Section)!);

    /// <summary>What the application's own settings say, whatever --connection says; empty where there are none.</summary>
    /// <exception cref="UsageException">They cannot be read.</exception>
    internal HaDatabaseOptions ApplicationOf(ParseResult parsed) => SettingsReader.ReadApplication(parsed.GetValue(Config), parsed.GetValue(Section)!);

    internal bool NamesACluster(ParseResult parsed) => parsed.GetValue(Connection) is not null || SettingsReader.NamesACluster(ApplicationOf(parsed));
}
