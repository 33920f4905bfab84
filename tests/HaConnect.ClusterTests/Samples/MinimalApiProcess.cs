using System.Collections.Concurrent;
using System.Diagnostics;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Samples;

/// <summary><c>samples/MinimalApi</c> as a process of its own, configured by its environment, on a port that the system chooses.</summary>
internal sealed class MinimalApiProcess : IAsyncDisposable
{
    private const string ListeningOn = "Now listening on: ";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MinimalApiProcess(Process process) => _process = process;

    public string Output => string.Join('\n', _output);

    /// <summary>Where it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public Task<Uri> AddressAsync(CancellationToken cancellationToken) => _address.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, cancellationToken);

    public static MinimalApiProcess Start(PostgresCluster cluster)
    {
        var folder = BuiltBeside();
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(folder, "MinimalApi.dll"), "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in ClusterOptions.CoordinateAsEnvironment(cluster))
            start.Environment[name] = value;

        var started = new MinimalApiProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        started.Begin();
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Begin()
    {
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"MinimalApi ended by itself:\n{Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        if (line.IndexOf(ListeningOn, StringComparison.Ordinal) is var at and >= 0)
            _address.TrySetResult(new Uri(line[(at + ListeningOn.Length)..]));
    }

    /// <summary>The sample is built with this project, so in the same configuration: …/samples/MinimalApi/bin/Release/net10.0.</summary>
    private static string BuiltBeside()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var root = own.Parent!.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, "samples", "MinimalApi", "bin", own.Parent.Name, own.Name);
    }
}
