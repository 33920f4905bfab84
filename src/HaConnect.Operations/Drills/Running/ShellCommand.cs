using System.Diagnostics;

namespace HaConnect.Operations.Drills.Running;

/// <summary>A command of the user's, by the shell.</summary>
internal sealed class ShellCommand : IDisposable
{
    private const int LongestOutput = 2000;

    private readonly Process _process;
    private readonly Lock _lock = new();
    private string _output = "";

    private ShellCommand(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal bool HasEnded => _process.HasExited;

    internal int ExitCode => _process.ExitCode;

    /// <summary>The end of what it printed.</summary>
    internal string Output
    {
        get
        {
            lock (_lock)
                return _output.Trim();
        }
    }

    internal static ShellCommand Start(string command, IReadOnlyDictionary<string, string> environment)
    {
        var info = new ProcessStartInfo("/bin/sh", ["-c", command]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            info.Environment[name] = value;
        return new ShellCommand(Process.Start(info)!);
    }

    /// <returns>Null where it ended with 0, else what went wrong.</returns>
    internal static async Task<string?> RunAsync(string command, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        using var running = Start(command, environment);
        try
        {
            await running._process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            running.Kill();
            throw;
        }

        return running.ExitCode == 0 ? null : $"{command} ended with exit code {running.ExitCode}{(running.Output.Length > 0 ? $": {running.Output}" : "")}";
    }

    internal async Task EndAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Kill()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
    }

    private void Add(string? line)
    {
        lock (_lock)
        {
            _output = $"{_output}\n{line}";
            if (_output.Length > LongestOutput)
                _output = "…" + _output[^LongestOutput..];
        }
    }
}
