using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace MonitoringStack.Servers;

/// <summary>A program as a process that ends with this one, be that by a crash.</summary>
internal sealed class TiedProcess : IAsyncDisposable
{
    /// <summary>Tells the id of the program and runs it until its own input ends.</summary>
    private const string UntilInputEnds = """exec 3<&0; "$@" 3<&- </dev/null & child=$!; echo "pid $child"; (cat <&3; kill -KILL $child) >/dev/null 2>&1 & wait $child""";

    /// <summary>Out of the process group of this program, where a terminal's Ctrl-C would end it before what asks it has ended; macOS has no setsid(1).</summary>
    private const string OutOfTheGroup = """script=$1; shift; if command -v setsid >/dev/null; then exec setsid /bin/sh -c "$script" "$@"; fi; exec /bin/sh -c "$script" "$@" """;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly string _marker;
    private readonly TaskCompletionSource<int> _id = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _marked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TiedProcess(Process process, string marker) => (_process, _marker) = (process, marker);

    internal string Output => string.Join('\n', _lines);

    internal bool IsRunning => !_process.HasExited;

    /// <summary>What its output says behind the marker, up to a blank.</summary>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    /// <exception cref="TimeoutException">It did not say that within a minute.</exception>
    internal async Task<string> MarkedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _marked.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Nothing stands behind '{_marker}' in the output of {_process.StartInfo.ArgumentList[2]} after a minute:\n{Output}", e);
        }
    }

    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="marker">What stands in its output before its address, for instance <c>Now listening on: </c>.</param>
    /// <param name="environment">More variables; null for none.</param>
    internal static TiedProcess Start(string program, IEnumerable<string> arguments, string marker, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", OutOfTheGroup, program, UntilInputEnds, program, program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[name] = value;
        var started = new TiedProcess(new Process { StartInfo = start, EnableRaisingEvents = true }, marker);
        started.Begin();
        return started;
    }

    /// <summary>Sends it a signal: <c>STOP</c>, <c>CONT</c>, <c>TERM</c>, <c>KILL</c>.</summary>
    internal async Task SignalAsync(string signal)
    {
        var id = await _id.Task;
        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {id}")]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The directory under which its own files are seen, where it has mounted some.</summary>
    internal async Task<string> RootAsync()
    {
        var id = await _id.Task;
        return string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/root");
    }

    internal Task EndAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Begin()
    {
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
        _process.Exited += (_, _) => _marked.TrySetException(new InvalidOperationException($"{_process.StartInfo.ArgumentList[2]} ended by itself:\n{Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        if (!_id.Task.IsCompleted && line.StartsWith("pid ", StringComparison.Ordinal))
        {
            _id.TrySetResult(int.Parse(line.AsSpan(4), CultureInfo.InvariantCulture));
            return;
        }

        _lines.Enqueue(line);
        if (line.IndexOf(_marker, StringComparison.Ordinal) is var at and >= 0)
            _marked.TrySetResult(line[(at + _marker.Length)..].Split(' ')[0]);
    }
}
