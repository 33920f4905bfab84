using System.Diagnostics;
using System.Text.Json;
using HaConnect.Testing.Processes;

namespace HaConnect.ClusterTests;

/// <summary>The test application as a process of its own, with what it printed.</summary>
internal sealed class ApplicationProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];

    private ApplicationProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Add(e.Data);
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What its coordinator told, without what it only saw or was asked for.</summary>
    internal IReadOnlyList<AuditRecord> Audit =>
        [.. Lines.Where(l => l.StartsWith("audit ", StringComparison.Ordinal)).Select(l => JsonSerializer.Deserialize<AuditRecord>(l.AsSpan("audit ".Length))!).Where(r => r.By is null && r.Kind != AuditKind.Configuration)];

    /// <summary>The log entries at a level, as text.</summary>
    internal IReadOnlyList<string> LogAt(string level) => [.. Lines.Where(l => l.StartsWith('{') && l.Contains($"\"LogLevel\":\"{level}\"", StringComparison.Ordinal))];

    /// <summary>The log entries of one kind, as text.</summary>
    internal IReadOnlyList<string> LogOf(int eventId) => [.. Lines.Where(l => l.StartsWith('{') && l.Contains($"\"EventId\":{eventId},", StringComparison.Ordinal))];

    internal IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    internal bool IsRunning => !_process.HasExited;

    internal bool IsFrozen { get; private set; }

    /// <summary>Whether it stands still, be it that it stopped itself: the letter after the name in proc(5)'s stat.</summary>
    internal bool StandsStill
    {
        get
        {
            try
            {
                var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
                return stat[stat.LastIndexOf(')') + 2] == 'T';
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>Whatever it tells in another step, it tells as the coordinator; an election after a refusal is not told.</summary>
    internal bool IsCoordinator => IsRunning && Audit is [.., { Step: not ("Watching" or "Stopped") }];

    /// <param name="environment">Its configuration.</param>
    /// <param name="networkNamespace">The network that it is to live in; null for this process's.</param>
    /// <param name="arguments">What it is to do; none for an application that coordinates.</param>
    internal static ApplicationProcess Start(IReadOnlyDictionary<string, string> environment, string? networkNamespace = null, params string[] arguments)
    {
        // Built beside the tests, in the same configuration.
        var folder = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Replace("HaConnect.ClusterTests", "HaConnect.TestApplication", StringComparison.Ordinal);
        string[] command = ["dotnet", Path.Combine(folder, "HaConnect.TestApplication.dll"), .. arguments];
        if (networkNamespace is not null)
            command = ["nsenter", $"--net={networkNamespace}", "--", .. command];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ApplicationProcess(Process.Start(start)!);
    }

    /// <summary>As a service manager stops it: SIGTERM, then its end.</summary>
    internal async Task StopAsync(TimeSpan? patience = null)
    {
        Signal(UnixSignal.Terminate);
        await _process.WaitForExitAsync().WaitAsync(patience ?? TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    internal void Kill() => Signal(UnixSignal.Kill);

    /// <summary>SIGSTOP: its connections stay open, and nobody answers.</summary>
    internal void Freeze()
    {
        IsFrozen = true;
        Signal(UnixSignal.Stop);
    }

    internal void Resume()
    {
        IsFrozen = false;
        Signal(UnixSignal.Continue);
    }

    internal async Task SayAsync(string line) => await _process.StandardInput.WriteLineAsync(line);

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Signal(UnixSignal signal)
    {
        if (!_process.HasExited)
            LibC.Signal(_process.Id, signal);
    }

    private void Add(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _lines.Add(line);
    }
}
