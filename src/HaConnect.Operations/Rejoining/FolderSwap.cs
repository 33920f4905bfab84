namespace HaConnect.Operations.Rejoining;

/// <summary>
/// Puts a base backup in the place of the data folder, which is kept. A folder that is a mount point cannot be moved: there the entries change
/// places, in an order that a repetition can take up wherever it was interrupted, and that leaves no half of a folder that could be started.
/// </summary>
internal sealed class FolderSwap(string path, string old, string @new, bool isMountPoint)
{
    internal const string Old = ".haconnect-old";
    internal const string New = ".haconnect-new";
    private const string Complete = "haconnect-complete";
    private const string Version = "PG_VERSION"; // without it no server starts

    /// <summary>Is done before each change, so that a test can interrupt there.</summary>
    internal Action BeforeStep { get; init; } = static () => { };

    internal void Run()
    {
        if (!isMountPoint)
        {
            if (File.Exists(Path.Combine(path, Version)))
                Directory.Move(path, old);
            else if (Directory.Exists(path))
                Directory.Delete(path, recursive: true); // empty
            Directory.Move(@new, path);
            return;
        }

        BeforeStep();
        Mark(@new);
        if (File.Exists(Path.Combine(path, Version)))
        {
            BeforeStep();
            Directory.CreateDirectory(old);
            foreach (var entry in Entries(path).OrderByDescending(IsVersion))
                Move(entry, old);
            BeforeStep();
            Mark(old);
        }

        MoveIn();
    }

    /// <summary>Ends, or takes back, what was interrupted.</summary>
    internal void Recover()
    {
        if (!isMountPoint)
        {
            // Between the two moves.
            if (!Directory.Exists(path) && File.Exists(Path.Combine(old, Version)))
                Directory.Move(old, path);
            return;
        }

        if (Directory.Exists(old) && !IsMarked(old))
        {
            foreach (var entry in Entries(old).OrderBy(IsVersion))
                Move(entry, path);
            Directory.Delete(old);
        }
        else if (IsMarked(@new) && !(File.Exists(Path.Combine(path, Version)) && File.Exists(Path.Combine(@new, Version))))
        {
            MoveIn();
        }
    }

    private void MoveIn()
    {
        foreach (var entry in Entries(@new).OrderBy(IsVersion))
            Move(entry, path);
        BeforeStep();
        Directory.Delete(@new, recursive: true);
    }

    private static IEnumerable<string> Entries(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Where(e => Path.GetFileName(e) is not (Old or New or Complete or "lost+found"))];

    private static bool IsVersion(string entry) => Path.GetFileName(entry) == Version;

    private static bool IsMarked(string folder) => File.Exists(Path.Combine(folder, Complete));

    private static void Mark(string folder) => File.WriteAllText(Path.Combine(folder, Complete), "");

    private void Move(string entry, string folder)
    {
        BeforeStep();
        var target = Path.Combine(folder, Path.GetFileName(entry));
        if (File.GetAttributes(entry).HasFlag(FileAttributes.Directory))
            Directory.Move(entry, target);
        else
            File.Move(entry, target, overwrite: true);
    }
}
