using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using HaConnect.Options;

namespace HaConnect.Failover.Fencing;

/// <summary>Runs the program of <see cref="FencingOptions"/>: whom to fence is in its environment, its exit code is the answer.</summary>
internal sealed class FencingCommand(HaDatabaseOptions options, string coordinator, TimeProvider time) : IExternalFence
{
    private const int LongestOutput = 500;
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(0.5);

    private readonly FencingOptions _fencing = options.Failover.Fencing;
    private readonly IReadOnlyList<ConfiguredNode> _nodes = ConfiguredNode.DataNodesOf(options);

    public async Task<FenceAnswer> FenceAsync(FenceOrder order, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = StartInfo(order), EnableRaisingEvents = true };
        var exit = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => exit.TrySetResult();
        var output = new Tail(LongestOutput);
        process.OutputDataReceived += (_, line) => output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => output.Add(line.Data);
        using var deadline = new CancellationTokenSource(_fencing.Timeout, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            process.Start();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            await exit.Task.WaitAsync(ended.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return new FenceAnswer(false, $"{_fencing.Command} could not be run: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            cancellationToken.ThrowIfCancellationRequested();
            return new FenceAnswer(false, $"{_fencing.Command} did not end within {_fencing.Timeout} and was killed{output}");
        }

        await ReadToEndAsync(process).ConfigureAwait(false);
        return new FenceAnswer(process.ExitCode == 0, string.Create(CultureInfo.InvariantCulture, $"{_fencing.Command} ended with exit code {process.ExitCode}{output}"));
    }

    private ProcessStartInfo StartInfo(FenceOrder order)
    {
        var node = _nodes.First(n => n.Name == order.Node);
        var info = new ProcessStartInfo(_fencing.Command!, _fencing.Arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment["HACONNECT_CLUSTER"] = options.ClusterName;
        info.Environment["HACONNECT_NODE"] = node.Name;
        info.Environment["HACONNECT_HOST"] = node.Host;
        info.Environment["HACONNECT_PORT"] = node.Port.ToString(CultureInfo.InvariantCulture);
        info.Environment["HACONNECT_TERM"] = order.Term.ToString(CultureInfo.InvariantCulture);
        info.Environment["HACONNECT_REASON"] = order.Reason;
        info.Environment["HACONNECT_COORDINATOR"] = coordinator;
        info.Environment["HACONNECT_DRY_RUN"] = order.IsRehearsal ? "true" : "false";
        info.Environment["HACONNECT_NODES"] = string.Join(' ', _nodes.Select(n => $"{n.Name}={ConfiguredNode.NameOf(n.Host, n.Port)}"));
        return info;
    }

    /// <summary>What it has started may hold its output open for long, and has no say.</summary>
    private async Task ReadToEndAsync(Process process)
    {
        using var patience = new CancellationTokenSource(LongestRead, time);
        await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or NotSupportedException or AggregateException)
        {
            // It has just ended, or cannot be killed; it counts as failed either way.
        }
    }

    /// <summary>The end of what it printed.</summary>
    private sealed class Tail(int longest)
    {
        private readonly Lock _lock = new();
        private string _text = "";

        internal void Add(string? line)
        {
            if (string.IsNullOrWhiteSpace(line))
                return;
            lock (_lock)
            {
                _text = _text.Length == 0 ? line.Trim() : $"{_text}; {line.Trim()}";
                _text = _text.Length > longest ? "…" + _text[^longest..] : _text;
            }
        }

        public override string ToString()
        {
            lock (_lock)
                return _text.Length == 0 ? "" : ": " + _text;
        }
    }
}
