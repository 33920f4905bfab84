using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace HaConnect.ClusterTests;

/// <summary>The test application as a process of its own, with what it printed.</summary>
internal sealed partial class ApplicationProcess : IAsyncDisposable
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

    internal IReadOnlyList<AuditRecord> Audit =>
        [.. Lines.Where(l => l.StartsWith("audit ", StringComparison.Ordinal)).Select(l => JsonSerializer.Deserialize<AuditRecord>(l.AsSpan("audit ".Length))!)];

    /// <summary>The log entries at a level, as text.</summary>
    internal IReadOnlyList<string> LogAt(string level) => [.. Lines.Where(l => l.StartsWith('{') && l.Contains($"\"LogLevel\":\"{level}\"", StringComparison.Ordinal))];

    internal IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    internal bool IsCoordinator
    {
        get
        {
            var last = Audit.LastOrDefault(r => r.Sentence.StartsWith("elected:", StringComparison.Ordinal) || r.Sentence.Contains("stops", StringComparison.Ordinal) || r.Sentence.StartsWith("no longer", StringComparison.Ordinal));
            return last?.Sentence.StartsWith("elected:", StringComparison.Ordinal) == true;
        }
    }

    internal static ApplicationProcess Start(IReadOnlyDictionary<string, string> environment)
    {
        // Built beside the tests, in the same configuration.
        var folder = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Replace("HaConnect.ClusterTests", "HaConnect.TestApplication", StringComparison.Ordinal);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(folder, "HaConnect.TestApplication.dll")]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ApplicationProcess(Process.Start(start)!);
    }

    /// <summary>As a service manager stops it: SIGTERM, then its end.</summary>
    internal async Task StopAsync()
    {
        if (!_process.HasExited)
            _ = Kill(_process.Id, 15);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    internal void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _lines.Add(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
