using System.Diagnostics;
using System.Globalization;
using MonitoringStack.Servers;

namespace HaConnect.WebTests.Monitoring;

/// <summary>
/// A host as node_exporter sees it: the exporter is real, what it reads of processors and memory is written here, and its disk is a small file system in a namespace of the exporter's own,
/// really filled.
/// </summary>
internal sealed class PlantedHost : IAsyncDisposable
{
    private const int DiskBytes = 8 << 20;

    private readonly DirectoryInfo _folder;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _ticking;
    private long _idle = 1_000;

    private PlantedHost(DirectoryInfo folder, TiedProcess exporter)
    {
        (_folder, Exporter) = (folder, exporter);
        _ticking = Task.Run(TickAsync);
    }

    internal TiedProcess Exporter { get; }

    internal bool IsBusy { get; set; }

    /// <summary>Why there can be no small disk here; null where there can.</summary>
    internal static string? WhyNoDisk => Unshare is not null ? null : "a small file system needs mount namespaces (unshare)";

    internal static PlantedHost Start()
    {
        var folder = Directory.CreateTempSubdirectory("haconnect-host-");
        var proc = folder.CreateSubdirectory("proc");
        var disk = folder.CreateSubdirectory("disk").FullName;
        proc.CreateSubdirectory("1");
        File.WriteAllText(Path.Combine(proc.FullName, "1", "mounts"), WhyNoDisk is null ? $"haconnect-test {disk} tmpfs rw 0 0\n" : "");
        WriteMemory(folder, availablePercent: 60);
        WriteProcessors(folder, 1_000);
        string[] exporter =
        [
            MonitoringPrograms.NodeExporter!, "--web.listen-address=127.0.0.1:0", $"--path.procfs={proc.FullName}", "--collector.disable-defaults", "--collector.cpu", "--collector.meminfo", "--collector.filesystem",
        ];
        return new PlantedHost(folder, Unshare is null
            ? TiedProcess.Start(exporter[0], exporter[1..], NodeExporterServer.Marker)
            : TiedProcess.Start(Unshare[0], [.. Unshare[1..], "sh", "-c", string.Create(CultureInfo.InvariantCulture, $"mount -t tmpfs -o size={DiskBytes} haconnect-test '{disk}' && exec \"$@\""), "sh", .. exporter], NodeExporterServer.Marker));
    }

    internal void SetMemory(int availablePercent) => WriteMemory(_folder, availablePercent);

    /// <summary>Writes until a twentieth is left.</summary>
    internal async Task FillDiskAsync() => await File.WriteAllBytesAsync(await FillerAsync(), new byte[DiskBytes / 20 * 19]);

    internal async Task FreeDiskAsync() => File.Delete(await FillerAsync());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _ticking;
        await Exporter.DisposeAsync();
        _stop.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string[]? Unshare { get; } = Array.Find<string[]>([["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]], Works);

    private static bool Works(string[] command)
    {
        try
        {
            using var process = Process.Start(command[0], [.. command[1..], "sh", "-c", "mount -t tmpfs none /tmp"]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private async Task<string> FillerAsync() => $"{await Exporter.RootAsync()}{Path.Combine(_folder.FullName, "disk", "filler")}";

    /// <summary>A hundred ticks are a second; of a processor that is busy, none is idle.</summary>
    private async Task TickAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            if (!IsBusy)
                _idle += 20;
            WriteProcessors(_folder, _idle);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void WriteProcessors(DirectoryInfo folder, long idle) =>
        Write(folder, "stat", string.Create(CultureInfo.InvariantCulture, $"cpu  100 0 100 {idle} 0 0 0 0 0 0\ncpu0 100 0 100 {idle} 0 0 0 0 0 0\n"));

    private static void WriteMemory(DirectoryInfo folder, int availablePercent) =>
        Write(folder, "meminfo", string.Create(CultureInfo.InvariantCulture, $"MemTotal:       1000000 kB\nMemFree:         10000 kB\nMemAvailable:   {availablePercent * 10000} kB\n"));

    /// <summary>Whole, whenever it is read.</summary>
    private static void Write(DirectoryInfo folder, string file, string text)
    {
        var path = Path.Combine(folder.FullName, "proc", file);
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
