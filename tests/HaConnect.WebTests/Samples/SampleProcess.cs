using System.Collections.Concurrent;
using System.Diagnostics;
using HaConnect.Testing;

namespace HaConnect.WebTests.Samples;

/// <summary>A sample's own program as a process, configured by its environment. It ends with this one, be that by a crash.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private const string ListeningOn = "Now listening on: ";

    /// <summary>Runs the rest of its arguments until its input ends.</summary>
    private const string UntilInputEnds = """exec 3<&0; "$@" 3<&- & child=$!; (cat <&3; kill -KILL $child) >/dev/null 2>&1 & wait $child""";

    private readonly string _name;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SampleProcess(string name, Process process) => (_name, _process) = (name, process);

    internal string Output => string.Join('\n', _lines);

    internal bool IsRunning => !_process.HasExited;

    /// <summary>What it logged as an error or worse, in the form of the console.</summary>
    internal IReadOnlyList<string> Errors => [.. _lines.Where(l => l.StartsWith("fail: ", StringComparison.Ordinal) || l.StartsWith("crit: ", StringComparison.Ordinal) || l.StartsWith("Unhandled exception", StringComparison.Ordinal))];

    /// <summary>Where it listens, if it serves HTTP.</summary>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    internal Task<Uri> AddressAsync(CancellationToken cancellationToken) => _address.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, cancellationToken);

    internal static SampleProcess Start(string name, PostgresCluster cluster, params string[] arguments)
    {
        var folder = BuiltBeside(name);
        var start = new ProcessStartInfo("/bin/sh", ["-c", UntilInputEnds, name, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Path.Combine(folder, $"{name}.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (variable, value) in ClusterOptions.CoordinateAsEnvironment(cluster))
            start.Environment[variable] = value;
        var started = new SampleProcess(name, new Process { StartInfo = start, EnableRaisingEvents = true });
        started.Begin();
        return started;
    }

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
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"{_name} ended by itself:\n{Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        _lines.Enqueue(line);
        if (line.IndexOf(ListeningOn, StringComparison.Ordinal) is var at and >= 0)
            _address.TrySetResult(new Uri(line[(at + ListeningOn.Length)..]));
    }

    /// <summary>Samples are built with this project, so in the same configuration: …/samples/Worker/bin/Release/net10.0.</summary>
    private static string BuiltBeside(string name)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var root = own.Parent!.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, "samples", name, "bin", own.Parent.Name, own.Name);
    }
}
