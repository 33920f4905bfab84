using System.CommandLine;
using HaConnect.Operations;

namespace HaConnect.Cli.Acting;

/// <summary>The arguments of commands that bring a node of this host behind the primary.</summary>
internal sealed class RejoinArguments(string folderDescription)
{
    private readonly Option<string> _folder = new("--data-directory") { Description = folderDescription, Required = true };
    private readonly Option<string> _username = new("--username") { Description = "A superuser of the primary, or a role with the rights of pg_rewind. Its password: PGPASSWORD, PGPASSFILE, ~/.pgpass.", Required = true };
    private readonly Option<string?> _configFile = new("--config-file") { Description = "The full path of the server's postgresql.conf, where that is outside the data folder. Default: what it was last started with." };
    private readonly Option<string?> _programs = new("--program-directory") { Description = "Where pg_rewind, pg_basebackup, pg_controldata and pg_ctl are. Default: found by PATH." };
    private readonly Option<string[]> _start = new("--start-command") { Description = "A command that starts the server: --start-command systemctl start postgresql@15-main. Default: pg_ctl.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<TimeSpan> _timeout = SecondsOption.Create("--stream-timeout", "Within how many seconds from its start it must stream.", 1, 3600, new RejoinOptions().StreamTimeout);

    internal Argument<string> Node { get; } = new("node") { Description = "The node, as the settings name it." };

    internal IEnumerable<Option> Options => [_folder, _username, _configFile, _programs, _start, _timeout];

    internal RejoinOptions OptionsOf(ParseResult parsed) => new()
    {
        Node = parsed.GetValue(Node)!,
        DataDirectory = parsed.GetValue(_folder)!,
        Username = parsed.GetValue(_username)!,
        ConfigFile = parsed.GetValue(_configFile),
        ProgramDirectory = parsed.GetValue(_programs),
        StartCommand = CommandOf(parsed.GetValue(_start)),
        StreamTimeout = parsed.GetValue(_timeout),
    };

    internal static string[]? CommandOf(string[]? words) => words is { Length: > 0 } ? words : null;
}
