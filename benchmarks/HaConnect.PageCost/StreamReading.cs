using System.Diagnostics;
using System.Globalization;

namespace HaConnect.PageCost;

/// <summary>An open page, as far as the application sees it: another process that reads the stream until its input ends.</summary>
internal sealed class StreamReading : IAsyncDisposable
{
    private readonly Process _process;

    private StreamReading(Process process) => _process = process;

    internal static async Task<StreamReading> StartAsync(Uri events)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "HaConnect.PageCost.dll"));
        start.ArgumentList.Add("--read");
        start.ArgumentList.Add(events.ToString());
        var process = Process.Start(start)!;
        if (await process.StandardOutput.ReadLineAsync() != "reading")
            throw new InvalidOperationException("The stream could not be read.");
        return new StreamReading(process);
    }

    /// <summary>How many bytes it has read.</summary>
    internal async Task<long> StopAsync()
    {
        _process.StandardInput.Close();
        var line = await _process.StandardOutput.ReadLineAsync();
        await _process.WaitForExitAsync();
        return long.Parse(line!, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>What the other process does.</summary>
    internal static async Task<int> RunAsync(Uri events)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        await using var stream = await client.GetStreamAsync(events);
        var (buffer, total) = (new byte[64 * 1024], 0L);
        total += await stream.ReadAsync(buffer);
        Console.WriteLine("reading");
        using var stop = new CancellationTokenSource();
        var asked = Task.Run(async () =>
        {
            while (await Console.In.ReadLineAsync() is not null)
            {
            }

            await stop.CancelAsync();
        });
        try
        {
            while (await stream.ReadAsync(buffer, stop.Token) is > 0 and var read)
                total += read;
        }
        catch (OperationCanceledException)
        {
            // That is its end.
        }

        Console.WriteLine(total.ToString(CultureInfo.InvariantCulture));
        await asked;
        return 0;
    }
}
