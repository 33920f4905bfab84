namespace HaConnect.Testing.Processes;

/// <summary>How a program ended, and its standard output followed by its standard error.</summary>
internal sealed record ToolResult(int ExitCode, string Output)
{
    public void ThrowIfFailed(string what)
    {
        if (ExitCode != 0)
            throw new PostgresClusterException($"{what} failed with exit code {ExitCode}:{Environment.NewLine}{Output}");
    }
}
