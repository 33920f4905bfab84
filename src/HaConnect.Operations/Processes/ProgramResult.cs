namespace HaConnect.Operations.Processes;

/// <summary>How a program ended, and its standard output and standard error as they came.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    internal string Text => string.Join('\n', ((string[])[Output.Trim(), Error.Trim()]).Where(t => t.Length > 0));
}
