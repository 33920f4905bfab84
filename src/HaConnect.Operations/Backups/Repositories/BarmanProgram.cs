using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>How Barman is called for a server.</summary>
internal sealed class BarmanProgram(IReadOnlyList<string> command, string server, string? config, HostPrograms programs)
{
    internal string Server => server;

    /// <exception cref="InvalidOperationException">It ended with an error.</exception>
    internal async Task<string> RunAsync(IReadOnlyList<string> arguments, string workingFolder, CancellationToken cancellationToken)
    {
        var result = await programs.RunAsync(command[0], [.. command.Skip(1), .. config is null ? (string[])[] : ["-c", config], .. arguments], null, workingFolder, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"Barman ended with {result.ExitCode} at {string.Join(' ', arguments)}: {result.Text}");
    }

    /// <summary>For a shell.</summary>
    internal string CommandLine(IEnumerable<string> arguments) => string.Join(' ', [.. command.Concat(config is null ? (string[])[] : ["-c", config]).Concat(arguments).Select(PosixShell.Quote)]);
}
