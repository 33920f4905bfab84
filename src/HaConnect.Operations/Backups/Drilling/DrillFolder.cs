using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>The private folder of a drill. It goes with all that works in it when it is disposed, and when this process dies.</summary>
internal sealed class DrillFolder : IAsyncDisposable
{
    private const string Prefix = "haconnect-restore-";
    /// <summary>A copy can be large.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly Watchdog _guard;

    private DrillFolder(RestorePlace place, Watchdog guard, IReadOnlyList<string> leftovers) => (Place, _guard, Leftovers) = (place, guard, leftovers);

    internal RestorePlace Place { get; }

    /// <summary>Folders of other drills: of one that runs now, or of one whose host went down.</summary>
    internal IReadOnlyList<string> Leftovers { get; }

    internal static async Task<DrillFolder> MakeAsync(string? parent, HostPrograms programs, CancellationToken cancellationToken)
    {
        var beside = Path.TrimEndingDirectorySeparator(Path.GetFullPath(parent ?? Path.GetTempPath()));
        string[] leftovers = [.. Directory.EnumerateDirectories(beside, Prefix + "*")];
        var made = await programs.RunToSuccessAsync("mktemp", ["-d", Path.Combine(beside, Prefix + "XXXXXXXX")], null, "/", cancellationToken).ConfigureAwait(false);
        // The processes in it are found by their working folder, which the system names without links.
        var root = (await programs.RunToSuccessAsync("/bin/sh", ["-c", "cd \"$1\" && pwd -P", "sh", made.Trim()], null, "/", cancellationToken).ConfigureAwait(false)).Trim();
        return new DrillFolder(new RestorePlace(root), await Watchdog.StartAsync(root, s_patience, cancellationToken).ConfigureAwait(false), leftovers);
    }

    public ValueTask DisposeAsync() => _guard.DisposeAsync();
}
