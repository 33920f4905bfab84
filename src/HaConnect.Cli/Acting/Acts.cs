using System.CommandLine;
using HaConnect.Cli.Output;

namespace HaConnect.Cli.Acting;

/// <summary>How a command that changes something is run: by asking the coordinator, whichever instance that is, through the cluster itself.</summary>
internal static class Acts
{
    internal static Command Create(ToolContext context, string name, string description, IEnumerable<Symbol> symbols, Func<HaCluster, ParseResult, Terminal, CancellationToken, Task<ActDocument>> act)
    {
        var output = OutputOption.Create();
        output.AcceptOnlyFromAmong("table", "json");
        var command = new Command(name, description) { output };
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
                command.Options.Add(option);
            else if (symbol is Argument argument)
                command.Arguments.Add(argument);
        }

        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            var options = context.Cluster.OptionsOf(parsed);
            if (options.Failover.Mode != FailoverMode.Coordinate)
                throw new UsageException($"{name} changes something, and these settings only observe: set Failover.Mode to Coordinate, with the control user (Failover.ControlUsername), as the application's instances have it.");
            await using var db = new HaDataSourceBuilder(options).Build();
            return await TellAsync(terminal, name, parsed.GetValue(output), () => act(db.Cluster, parsed, terminal, cancellationToken));
        }));
        return command;
    }

    /// <summary>Does it, and tells what became of it. A refusal is an answer.</summary>
    internal static async Task<int> TellAsync(Terminal terminal, string name, OutputFormat format, Func<Task<ActDocument>> act)
    {
        ActDocument done;
        try
        {
            done = await act();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or TimeoutException)
        {
            done = new ActDocument(1, name, IsDone: false, e.Message);
        }

        if (format == OutputFormat.Json)
            ToolJson.Write(terminal.Output, done, j => j.ActDocument);
        else
            await terminal.Output.WriteLineAsync(done.Text);
        return done.IsDone ? ExitCodes.Ok : ExitCodes.Attention;
    }
}
