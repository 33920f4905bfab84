using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using HaConnect.Cli.Connecting;
using HaConnect.Cli.Output;
using HaConnect.Operations;

namespace HaConnect.Cli.Drilling.History;

/// <summary><c>haconnect drill history</c>: the drills that audit trails tell of, and which is due when.</summary>
internal static class DrillHistoryCommand
{
    internal static Command Create(ToolContext context)
    {
        var folders = new Argument<string[]>("folder") { Description = "The folder of an instance's audit trail; several are told as one. None: the copy on the cluster that the settings name.", Arity = ArgumentArity.ZeroOrMore };
        var output = OutputOption.Create();
        var fail = new Option<bool>("--fail-on-overdue") { Description = "End with 1 where a drill is overdue." };
        var cluster = new Option<string?>("--cluster") { Description = "Only the drills of this cluster, beside those on throw-away ones. Default: of all that the folders tell of." };
        var local = new Option<bool>("--count-local") { Description = "Drills on throw-away clusters count, too. They prove the software, and nothing of your cluster." };
        var since = new Option<DateTimeOffset?>("--since") { Description = "Since when drills are demanded. Default: since the trail's first record, where that is still there." };
        var require = new Option<DrillRequirement[]>("--require") { Description = "What is demanded of a kind, instead of failover=2/3, restore=1/3, disaster=2/12: KIND=TIMES/MONTHS, or KIND=0 for nothing. Can be given several times.", CustomParser = Requirements, AllowMultipleArgumentsPerToken = false };
        var command = new Command("history", "Shows the drills that audit trails tell of, and which is due when. Ends with 0; with --fail-on-overdue with 1 where one is overdue.") { folders, output, fail, cluster, local, since, require };
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            var options = new DrillHistoryOptions { ClusterName = parsed.GetValue(cluster), CountsLocalDrills = parsed.GetValue(local), Since = parsed.GetValue(since) };
            foreach (var wanted in parsed.GetValue(require) ?? [])
                Require(options.Requirements, wanted);
            var history = parsed.GetValue(folders) is { Length: > 0 } named
                ? await OfFoldersAsync(terminal, named, options)
                : await OfClusterAsync(context, parsed, options, cancellationToken);
            DrillHistoryOutput.Print(terminal, history, parsed.GetValue(output));
            return parsed.GetValue(fail) && history.IsOverdue ? ExitCodes.Attention : ExitCodes.Ok;
        }));
        return command;
    }

    /// <summary>What is shown rests on them, so that one that was changed is told of.</summary>
    private static async Task<DrillHistory> OfFoldersAsync(Terminal terminal, string[] folders, DrillHistoryOptions options)
    {
        foreach (var folder in folders)
        {
            if (!Directory.Exists(folder))
                throw new UsageException($"'{folder}' is no folder.");
            if (AuditVerifier.VerifyFolder(folder) is { IsIntact: false } changed)
                await terminal.Error.WriteLineAsync($"{folder} is not intact, and what follows rests on it: {changed}");
        }

        return DrillHistory.ReadFolders(folders, options);
    }

    private static async Task<DrillHistory> OfClusterAsync(ToolContext context, ParseResult parsed, DrillHistoryOptions options, CancellationToken cancellationToken)
    {
        var (settings, timeout) = (context.Cluster.OptionsOf(parsed), context.Cluster.TimeoutOf(parsed));
        settings.Connections.WaitTimeout = timeout;
        await using var observed = await ObservedCluster.LookAsync(settings, timeout, cancellationToken);
        return await DrillHistory.ReadAsync(observed.Db, options, cancellationToken);
    }

    /// <summary>In place of the one that there is for its kind.</summary>
    private static void Require(IList<DrillRequirement> requirements, DrillRequirement wanted)
    {
        if (requirements.FirstOrDefault(r => r.Kind == wanted.Kind) is { } before)
            requirements.Remove(before);
        if (wanted.Times > 0)
            requirements.Add(wanted);
    }

    private static DrillRequirement[] Requirements(ArgumentResult result)
    {
        List<DrillRequirement> all = [];
        foreach (var text in result.Tokens.Select(t => t.Value))
        {
            if (Requirement(text) is { } one)
                all.Add(one);
            else
                result.AddError($"--require is {text}; it must be KIND=TIMES/MONTHS, for instance failover=2/3: one of {string.Join(", ", Enum.GetNames<DrillKind>()).ToLowerInvariant()}, 1 to {DrillRequirement.MostTimes} times in 1 to {DrillRequirement.MostMonths} months; or KIND=0.");
        }

        return [.. all];
    }

    private static DrillRequirement? Requirement(string text)
    {
        if (text.Split('=') is not [var name, var wanted] || !Enum.GetNames<DrillKind>().Contains(name, StringComparer.OrdinalIgnoreCase))
            return null;
        var kind = Enum.Parse<DrillKind>(name, ignoreCase: true);
        if (wanted == "0")
            return new DrillRequirement(kind, 0, 1);
        return wanted.Split('/') is [var times, var months] && Number(times, DrillRequirement.MostTimes) is { } t && Number(months, DrillRequirement.MostMonths) is { } m ? new DrillRequirement(kind, t, m) : null;
    }

    private static int? Number(string text, int most) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number : null;
}
