using System.CommandLine;
using System.Globalization;
using HaConnect.Cli.Output;
using HaConnect.Operations;

namespace HaConnect.Cli.Acting;

/// <summary><c>haconnect rejoin</c>, on the node's host.</summary>
internal static class RejoinCommand
{
    internal static Command Create(ToolContext context)
    {
        var output = OutputOption.Create();
        output.AcceptOnlyFromAmong("table", "json");
        var node = new Argument<string>("node") { Description = "The node that is brought back." };
        var folder = new Option<string>("--data-directory") { Description = "The full path of its data folder on this host. Where it is missing or empty a base backup is taken.", Required = true };
        var username = new Option<string>("--username") { Description = "A superuser of the primary, or a role with the rights of pg_rewind. Its password: PGPASSWORD, PGPASSFILE, ~/.pgpass.", Required = true };
        var configFile = new Option<string?>("--config-file") { Description = "The full path of the server's postgresql.conf, where that is outside the data folder. Default: what it was last started with." };
        var programs = new Option<string?>("--program-directory") { Description = "Where pg_rewind, pg_basebackup, pg_controldata and pg_ctl are. Default: found by PATH." };
        var start = new Option<string[]>("--start-command") { Description = "A command that starts the server: --start-command systemctl start postgresql@15-main. Default: pg_ctl.", AllowMultipleArgumentsPerToken = true };
        var stop = new Option<string[]>("--stop-command") { Description = "A command that stops it, and returns when it has stopped. Default: pg_ctl.", AllowMultipleArgumentsPerToken = true };
        var discard = new Option<string?>("--discard-acked-writes-of") { Description = "The node's name once more, where transactions that only it holds may be given up although they may have been acked." };
        var timeout = SecondsOption.Create("--stream-timeout", "Within how many seconds from its start it must stream.", 1, 3600, new RejoinOptions().StreamTimeout);
        var command = new Command("rejoin", "Brings an old primary, or a standby that cannot follow any more, back as a standby. Runs on the node's host, as the user that owns its data folder; can be repeated after an interruption.")
        {
            node, folder, username, configFile, programs, start, stop, discard, timeout, output,
        };
        command.SetAction((parsed, cancellationToken) => context.RunAsync(terminal => Acts.TellAsync(terminal, "rejoin", parsed.GetValue(output), async () =>
        {
            var result = await Rejoin.RunAsync(context.Cluster.OptionsOf(parsed), new RejoinOptions
            {
                Node = parsed.GetValue(node)!,
                DataDirectory = parsed.GetValue(folder)!,
                Username = parsed.GetValue(username)!,
                ConfigFile = parsed.GetValue(configFile),
                ProgramDirectory = parsed.GetValue(programs),
                StartCommand = CommandOf(parsed.GetValue(start)),
                StopCommand = CommandOf(parsed.GetValue(stop)),
                DiscardAckedWritesOf = parsed.GetValue(discard),
                StreamTimeout = parsed.GetValue(timeout),
                Progress = new ProgressTo(terminal),
            }, cancellationToken);
            var notes = string.Concat(result.Notes.Select(n => $"\n{n}"));
            return new ActDocument(1, "rejoin", IsDone: true, string.Create(CultureInfo.InvariantCulture, $"{parsed.GetValue(node)} streams from {result.Primary} on timeline {result.Timeline}, by {Words(result.Method)}: {result.Reason}{notes}"), result.Primary);
        })));
        return command;
    }

    private static string[]? CommandOf(string[]? words) => words is { Length: > 0 } ? words : null;

    private static string Words(RejoinMethod method) => method switch
    {
        RejoinMethod.Start => "a plain start",
        RejoinMethod.Rewind => "pg_rewind",
        _ => "a base backup",
    };
}
