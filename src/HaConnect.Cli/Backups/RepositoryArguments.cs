using System.CommandLine;
using HaConnect.Operations;

namespace HaConnect.Cli.Backups;

/// <summary>Where backups and archived WAL are.</summary>
internal sealed class RepositoryArguments
{
    private readonly Option<string?> _folder = new("--backups") { Description = "A folder with base backups as pg_basebackup writes them, each in a folder of its own." };
    private readonly Option<string?> _wal = new("--wal") { Description = "The folder into which WAL is archived. With --backups." };
    private readonly Option<string?> _stanza = new("--pgbackrest") { Description = "A stanza of pgBackRest, instead." };
    private readonly Option<string?> _stanzaConfig = new("--pgbackrest-config") { Description = "pgBackRest's configuration file. Default: its own." };
    private readonly Option<string[]?> _stanzaCommand = new("--pgbackrest-command") { Description = "How pgBackRest is run. Default: pgbackrest.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _server = new("--barman") { Description = "A server of Barman, instead; on Barman's host." };
    private readonly Option<string?> _serverConfig = new("--barman-config") { Description = "Barman's configuration file. Default: its own." };
    private readonly Option<string[]?> _serverCommand = new("--barman-command") { Description = "How Barman is run. Default: barman.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _programs = new("--program-directory") { Description = "Where pg_verifybackup, postgres and PostgreSQL's other programs are. Default: found by PATH." };
    private readonly Option<string?> _runAs = new("--run-as") { Description = "As which user programs run, where root runs this. Default: postgres, else nobody." };

    internal IEnumerable<Option> All => [_folder, _wal, _stanza, _stanzaConfig, _stanzaCommand, _server, _serverConfig, _serverCommand, _programs, _runAs];

    internal void Set(BackupRepositoryOptions options, ParseResult parsed)
    {
        (options.Folder, options.WalFolder) = (parsed.GetValue(_folder), parsed.GetValue(_wal));
        (options.PgBackRestStanza, options.PgBackRestConfig) = (parsed.GetValue(_stanza), parsed.GetValue(_stanzaConfig));
        (options.BarmanServer, options.BarmanConfig) = (parsed.GetValue(_server), parsed.GetValue(_serverConfig));
        if (parsed.GetValue(_stanzaCommand) is { Length: > 0 } stanzaCommand)
            options.PgBackRestCommand = stanzaCommand;
        if (parsed.GetValue(_serverCommand) is { Length: > 0 } serverCommand)
            options.BarmanCommand = serverCommand;
        (options.ProgramDirectory, options.RunAs) = (parsed.GetValue(_programs), parsed.GetValue(_runAs));
    }
}
