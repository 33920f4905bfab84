using System.Globalization;
using HaConnect.Operations.Processes;
using HaConnect.Testing;
using HaConnect.Testing.Processes;

namespace HaConnect.ClusterTests.Lab;

/// <summary>A node's files on a file system of their own, small enough to be filled. It goes with its test, however that ends.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly PostgresNode _node;
    private readonly Watchdog _watchdog;

    private SmallDisk(PostgresNode node, Watchdog watchdog) => (_node, _watchdog) = (node, watchdog);

    /// <summary>Why there can be none here; null where there can.</summary>
    internal static string? WhyNot { get; } = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? null : "to mount a small file system needs root, on Linux";

    private string Filler => Path.Combine(_node.DataDirectory, "filler");

    /// <summary>Stops the node, moves its files to a file system of this size, and starts it there.</summary>
    internal static async Task<SmallDisk> UnderAsync(PostgresNode node, int megabytes)
    {
        var folder = node.DataDirectory;
        await node.StopAsync();
        Directory.Move(folder, folder + ".moved");
        Directory.CreateDirectory(folder);
        var script = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "small-disk-watchdog.sh"));
        await RunAsync("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "haconnect-test", folder);
        var disk = new SmallDisk(node, await Watchdog.StartAsync(script, folder, () => IsMounted(folder), TimeSpan.FromSeconds(30), CancellationToken.None));
        await RunAsync("cp", "-a", folder + ".moved/.", folder);
        Directory.Delete(folder + ".moved", recursive: true);
        await node.StartAsync();
        return disk;
    }

    /// <summary>Until not a byte more can be written.</summary>
    internal void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        for (var size = 1 << 20; size > 0; size /= 2)
        {
            try
            {
                while (true)
                    filler.Write(new byte[size]);
            }
            catch (IOException)
            {
                // as much as that does not go in any more
            }
        }
    }

    internal void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        await _node.KillAsync();
        await _watchdog.DisposeAsync();
    }

    private static bool IsMounted(string folder) => File.ReadLines("/proc/self/mounts").Any(line => line.Split(' ')[1] == folder);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var result = await Tool.RunAsync(program, arguments);
        result.ThrowIfFailed($"{program} {string.Join(' ', arguments)}");
    }
}
