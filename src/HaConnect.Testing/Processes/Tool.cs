using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace HaConnect.Testing.Processes;

/// <summary>Runs a program to its end.</summary>
internal static class Tool
{
    /// <summary>The start of a program in an environment that says nothing about PostgreSQL but what we say, and speaks English.</summary>
    public static ProcessStartInfo Prepare(string program, IEnumerable<string> arguments, string? user, IReadOnlyDictionary<string, string>? environment)
    {
        ProcessStartInfo start = new(program, arguments) { UseShellExecute = false, WorkingDirectory = "/" };
        if (user is not null)
            start.UserName = user;
        foreach (string key in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal) || k.StartsWith("LC_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(key);
        start.Environment["LC_ALL"] = "C";
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[key] = value;
        return start;
    }

    public static async Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, string? user = null,
        IReadOnlyDictionary<string, string>? environment = null, string input = "", CancellationToken cancellationToken = default)
    {
        ProcessStartInfo start = Prepare(program, arguments, user, environment);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Start(start);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return new ToolResult(process.ExitCode, new StringBuilder(await output.ConfigureAwait(false)).Append(await errors.ConfigureAwait(false)).ToString());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new PostgresClusterException($"{start.FileName} did not start.");
        }
        catch (Win32Exception e)
        {
            throw new PostgresClusterException($"{start.FileName} did not start: {e.Message}", e);
        }
    }
}
