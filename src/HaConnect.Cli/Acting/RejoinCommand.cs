using System.CommandLine;
using System.Globalization;
using HaConnect.Cli.Output;
using HaConnect.Operations;

namespace HaConnect.Cli.Acting;

/// <summary><c>haconnect rejoin</c> and <c>haconnect init-standby</c>, on the node's host.</summary>
internal static class RejoinCommand
{
    internal static IEnumerable<Command> Create(ToolContext context) => [Rejoin(context), InitStandby(context)];

    private static Command Rejoin(ToolContext context)
    {
        var shared = new RejoinArguments("The full path of its data folder on this host. Where it is missing or empty a base backup is taken.");
        var stop = new Option<string[]>("--stop-command") { Description = "A command that stops it, and returns when it has stopped. Default: pg_ctl.", AllowMultipleArgumentsPerToken = true };
        var discard = new Option<string?>("--discard-acked-writes-of") { Description = "The node's name once more, where transactions that only it holds may be given up although they may have been acked." };
        return Command(context, shared, "rejoin", "Brings an old primary, or a standby that cannot follow any more, back as a standby. Runs on the node's host, as the user that owns its data folder; can be repeated after an interruption.", [stop, discard], (cluster, options, parsed, cancellationToken) =>
        {
            options.StopCommand = RejoinArguments.CommandOf(parsed.GetValue(stop));
            options.DiscardAckedWritesOf = parsed.GetValue(discard);
            return Operations.Rejoin.RunAsync(cluster, options, cancellationToken);
        });
    }

    private static Command InitStandby(ToolContext context)
    {
        var shared = new RejoinArguments("The full path of its data folder on this host. It must be missing or empty.");
        var own = new Option<string[]>("--own-file") { Description = "A file of the node's own, for instance its postgresql.conf: it takes the place of the one of its name that comes from the primary. Can be repeated. Without any its port is set, and all else is as at the primary." };
        return Command(context, shared, "init-standby", "Makes a new standby by a base backup of the primary, starts it and waits until it streams. Runs on the node's host, as the user that is to own its data folder.", [own], async (cluster, options, parsed, cancellationToken) =>
        {
            var files = (parsed.GetValue(own) ?? []).Select(Path.GetFullPath).ToList();
            if (files.Find(f => !File.Exists(f)) is { } missing)
                throw new UsageException($"--own-file is {missing}, and there is no such file. Correct it, or leave it out.");
            try
            {
                return await Operations.Rejoin.InitializeStandbyAsync(cluster, options, files, cancellationToken);
            }
            catch (ArgumentException e)
            {
                throw new UsageException(e.Message);
            }
        });
    }

    private static Command Command(ToolContext context, RejoinArguments shared, string name, string description, IEnumerable<Option> more, Func<HaDatabaseOptions, RejoinOptions, ParseResult, CancellationToken, Task<RejoinResult>> run)
    {
        var output = OutputOption.Create();
        output.AcceptOnlyFromAmong("table", "json");
        var command = new Command(name, description) { shared.Node };
        foreach (var option in shared.Options.Concat(more).Append(output))
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => context.RunAsync(terminal => Acts.TellAsync(terminal, name, parsed.GetValue(output), async () =>
        {
            var options = shared.OptionsOf(parsed);
            options.Progress = new ProgressTo(terminal);
            var result = await run(context.Cluster.OptionsOf(parsed), options, parsed, cancellationToken);
            var notes = string.Concat(result.Notes.Select(n => $"\n{n}"));
            return new ActDocument(1, name, IsDone: true, string.Create(CultureInfo.InvariantCulture, $"{options.Node} streams from {result.Primary} on timeline {result.Timeline}, by {Words(result.Method)}: {result.Reason}{notes}"), result.Primary);
        })));
        return command;
    }

    private static string Words(RejoinMethod method) => method switch
    {
        RejoinMethod.Start => "a plain start",
        RejoinMethod.Rewind => "pg_rewind",
        _ => "a base backup",
    };
}
