using System.Text.RegularExpressions;
using HaConnect.Testing;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;

namespace HaConnect.ClusterTests.Runbooks;

/// <summary>The blocks of a runbook, run as its reader would: psql from here, the others as the user that owns the data folder.</summary>
internal sealed partial class RunbookCommands
{
    private readonly Dictionary<string, (string On, string Commands)> _blocks = new(StringComparer.Ordinal);
    private readonly string? _serversUser;
    private readonly Dictionary<string, string> _environment;

    private RunbookCommands(string markdown, string? serversUser, string passFile)
    {
        foreach (Match block in Block().Matches(markdown))
            _blocks.Add(block.Groups["step"].Value, (block.Groups["on"].Value, block.Groups["commands"].Value));
        _serversUser = serversUser;
        _environment = new(StringComparer.Ordinal)
        {
            ["PGPASSFILE"] = passFile,
            ["HOME"] = "/nonexistent",
            ["PATH"] = $"{PostgresBinaries.Find(null)}:{Environment.GetEnvironmentVariable("PATH")}",
        };
    }

    internal IReadOnlyCollection<string> Steps => _blocks.Keys;

    internal static async Task<RunbookCommands> OfAsync(string markdown, string passFile) =>
        new(markdown, (await UnixUser.ResolveAsync(TestContext.Current.CancellationToken)).SwitchTo, passFile);

    /// <summary>A password file with all roles of the cluster, which the servers' user may read.</summary>
    internal static async Task<string> PassFileAsync(PostgresCluster cluster)
    {
        var file = Path.Combine(Path.GetDirectoryName(cluster["n1"].DataDirectory)!, "passwords");
        await File.WriteAllLinesAsync(file, new[] { cluster.Superuser, cluster.Replication, cluster.Control }.Select(c => $"*:*:*:{c.User}:{c.Password}"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await UnixUser.ResolveAsync(TestContext.Current.CancellationToken)).Own(file);
        return file;
    }

    /// <returns>What it printed.</returns>
    internal async Task<string> RunAsync(string step, params (string Name, string Value)[] variables)
    {
        Assert.True(_blocks.TryGetValue(step, out var block), $"no step {step} in: {string.Join(", ", _blocks.Keys)}");
        var environment = variables.Aggregate(new Dictionary<string, string>(_environment, StringComparer.Ordinal), (e, v) =>
        {
            e[v.Name] = v.Value;
            return e;
        });
        return await RunAsync(step, block.Commands, block.On == "any host" ? null : _serversUser, environment);
    }

    /// <summary>What is not of the runbook, as the user that owns the data folders.</summary>
    internal Task<string> RunAsServerAsync(string commands) => RunAsync("beside it", commands, _serversUser, _environment);

    private static async Task<string> RunAsync(string step, string commands, string? user, Dictionary<string, string> environment)
    {
        var result = await HaConnect.Testing.Processes.Tool.RunAsync("/bin/sh", ["-s"], user, environment, commands, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"--- {step}: {result.ExitCode}\n{result.Output}");
        Assert.True(result.ExitCode == 0, $"{step} ended with {result.ExitCode}:\n{commands}\n{result.Output}");
        return result.Output;
    }

    [GeneratedRegex(@"^On (the host of `(?<on>[^`]+)`|(?<on>any host)):\n\n(?<fence>`{3,})sh (?<step>[^\n]+)\n(?<commands>.*?)\n\k<fence>$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();
}
