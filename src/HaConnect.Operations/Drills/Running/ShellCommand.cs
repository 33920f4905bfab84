using System.ComponentModel;
using System.Diagnostics;

namespace HaConnect.Operations.Drills.Running;

/// <summary>A command of the user's, by the shell.</summary>
internal sealed class ShellCommand : IDisposable
{
    private const int LongestOutput = 2000;

    /// <summary>What is printed last comes with the end of the process; whoever holds its output for longer is a child that goes on.</summary>
    private static readonly TimeSpan ForTheLastOutput = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private string _output = "";

    private ShellCommand(Process process, TimeProvider time)
    {
        (_process, _time) = (process, time);
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.Exited += (_, _) => _ended.TrySetResult();
        process.EnableRaisingEvents = true;
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

    internal static ShellCommand Start(string command, IReadOnlyDictionary<string, string> environment, TimeProvider time)
    {
        var info = new ProcessStartInfo("/bin/sh", ["-c", command]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            info.Environment[name] = value;
        return new ShellCommand(Process.Start(info)!, time);
    }

    /// <param name="command">The command.</param>
    /// <param name="environment">What it gets beside the environment of this process.</param>
    /// <param name="limit">After which it is ended. Of what it has started in the background nothing is waited for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null where it ended with 0, else what went wrong.</returns>
    internal static async Task<string?> RunAsync(string command, IReadOnlyDictionary<string, string> environment, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var running = Start(command, environment, time);
        try
        {
            await running._ended.Task.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
            await running.LastOutputAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            running.Kill();
            return $"{command} had not ended after {limit.TotalSeconds:0} s, and was killed{(running.Output.Length > 0 ? $": {running.Output}" : "")}";
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
        await _ended.Task.ConfigureAwait(false);
        await LastOutputAsync(CancellationToken.None).ConfigureAwait(false);
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Kill()
    {
        try
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is Win32Exception or AggregateException or InvalidOperationException)
        {
            // A child of another user, as sudo makes them, is not ours to end; the shell is gone, and nobody waits for the rest.
        }
    }

    private async Task LastOutputAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(ForTheLastOutput, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        await _process.WaitForExitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
