using System.CommandLine;
using System.Globalization;
using HaConnect.Cli.Connecting;
using HaConnect.Cli.Output;
using HaConnect.Status;
using Spectre.Console;

namespace HaConnect.Cli.Seeing;

/// <summary><c>haconnect watch</c>: on a terminal the status, drawn anew, with the last events below; into a file or a pipe a line for each event.</summary>
internal static class WatchCommand
{
    private const int EventsShown = 10;
    private static readonly TimeSpan Redrawn = TimeSpan.FromMilliseconds(250);

    internal static Command Create(ToolContext context)
    {
        var output = OutputOption.Create();
        output.Description = "Of the lines that are written where standard output is no terminal.";
        var command = new Command("watch", "Shows the status live, with what has happened since it was begun, until Ctrl-C. Where standard output is no terminal, a line is written for each event.") { output };
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            await using var cluster = await ObservedCluster.LookAsync(context.Cluster.OptionsOf(parsed), context.Cluster.TimeoutOf(parsed), cancellationToken);
            var events = new WatchedEvents(TimeProvider.System);
            try
            {
                if (terminal.IsRedirected)
                    await WriteLinesAsync(terminal, cluster, events, parsed.GetValue(output), cancellationToken);
                else
                    await DrawAsync(terminal, cluster, events, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // That is how it ends.
            }

            return ExitCodes.Ok;
        }));
        return command;
    }

    private static async Task WriteLinesAsync(Terminal terminal, ObservedCluster cluster, WatchedEvents events, OutputFormat format, CancellationToken cancellationToken)
    {
        if (format == OutputFormat.Csv)
            Csv.Write(terminal.Output, ["at", "level", "term", "text"]);
        Write(events.Begin(cluster.Snapshot));
        while (true)
        {
            var change = cluster.Db.NextChange; // taken before the snapshot is looked at
            foreach (var line in events.Next(cluster.Snapshot))
                Write(line);
            await change.WaitAsync(cancellationToken);
        }

        void Write(WatchLine line)
        {
            var at = line.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            if (format == OutputFormat.Json)
                ToolJson.WriteLine(terminal.Output, line, j => j.WatchLine);
            else if (format == OutputFormat.Csv)
                Csv.Write(terminal.Output, [at, line.Level, line.Term?.ToString(CultureInfo.InvariantCulture), line.Text]);
            else
                terminal.Output.WriteLine($"{at} {line.Level} {line.Text}");
            terminal.Output.Flush();
        }
    }

    private static Task DrawAsync(Terminal terminal, ObservedCluster cluster, WatchedEvents events, CancellationToken cancellationToken)
    {
        List<WatchLine> shown = [events.Begin(cluster.Snapshot)];
        return terminal.Console.Live(Picture()).AutoClear(false).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
        {
            using var turns = new PeriodicTimer(Redrawn, TimeProvider.System);
            while (true)
            {
                shown.AddRange(events.Next(cluster.Snapshot));
                live.UpdateTarget(Picture());
                live.Refresh();
                await turns.WaitForNextTickAsync(cancellationToken);
            }
        });

        Rows Picture() => new(StatusTable.Of(StatusReader.Of(cluster)), new Text("\nEvents:"), Events(shown));
    }

    private static Rows Events(List<WatchLine> events) =>
        new Rows(events.TakeLast(EventsShown).Select(e => new Text($"  {e.At.LocalDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {e.Text}")));
}
