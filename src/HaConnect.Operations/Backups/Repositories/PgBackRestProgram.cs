using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>How pgBackRest is called for a stanza.</summary>
internal sealed class PgBackRestProgram(IReadOnlyList<string> command, string stanza, string? config, HostPrograms programs)
{
    internal string Stanza => stanza;

    internal Task<ProgramResult> RunAsync(IReadOnlyList<string> arguments, string workingFolder, CancellationToken cancellationToken) =>
        programs.RunAsync(command[0], [.. command.Skip(1), .. Common, .. arguments], null, workingFolder, cancellationToken);

    /// <exception cref="InvalidOperationException">It ended with an error.</exception>
    internal async Task<string> RunToSuccessAsync(IReadOnlyList<string> arguments, string workingFolder, CancellationToken cancellationToken)
    {
        var result = await RunAsync(arguments, workingFolder, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"pgBackRest ended with {result.ExitCode} at {arguments[^1]}: {result.Text}");
    }

    /// <summary>For a shell.</summary>
    internal string CommandLine(IEnumerable<string> arguments) => string.Join(' ', [.. command.Concat(Common).Concat(arguments).Select(PosixShell.Quote)]);

    private IEnumerable<string> Common => [$"--stanza={stanza}", .. config is null ? (string[])[] : [$"--config={config}"], "--log-level-file=off"];
}
