using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FailoverDemo;

/// <summary>The command line.</summary>
internal static class DemoCommand
{
    private const int MinSeconds = 6;
    private const int MaxSeconds = 600;
    private const int MaxWriters = 32;

    public static RootCommand Create()
    {
        var fault = new Option<string>("--fault")
        {
            Description = "What befalls the primary: kill (SIGKILL) or freeze (SIGSTOP).",
            DefaultValueFactory = _ => "kill",
        };
        fault.AcceptOnlyFromAmong("kill", "freeze");
        var asynchronous = new Option<bool>("--async")
        {
            Description = "Asynchronous replication: acked writes can be lost; they are counted and named. Default: one synchronous standby of two (ANY 1).",
        };
        var seconds = Bounded("--seconds", "How long the workload runs. The fault comes at a third of it.", 20, MinSeconds, MaxSeconds);
        var writers = Bounded("--writers", "How many write at once, without pauses.", 4, 1, MaxWriters);
        var json = new Option<bool>("--json") { Description = "The report as one JSON object on standard output, everything else on standard error." };
        var verbose = new Option<bool>("--verbose") { Description = "HaConnect's own log, on standard error." };

        var command = new RootCommand("Starts a PostgreSQL primary with two standbys, writes and reads through HaConnect, takes the primary away, and shows what happens.")
        {
            fault, asynchronous, seconds, writers, json, verbose,
        };
        command.SetAction((parsed, cancellationToken) => Demo.RunAsync(
            new DemoOptions(
                parsed.GetValue(fault) is "freeze" ? Fault.Freeze : Fault.Kill,
                parsed.GetValue(asynchronous),
                TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                parsed.GetValue(writers),
                parsed.GetValue(json),
                parsed.GetValue(verbose)),
            cancellationToken));
        return command;
    }

    private static Option<int> Bounded(string name, string description, int byDefault, int min, int max) => new(name)
    {
        Description = $"{description} {min} to {max}.",
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => Parse(result, name, min, max),
    };

    private static int Parse(ArgumentResult result, string name, int min, int max)
    {
        var text = result.Tokens[0].Value;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < min || value > max)
            result.AddError($"{name} is {text}; it must be a whole number from {min} to {max}.");
        return value;
    }
}
