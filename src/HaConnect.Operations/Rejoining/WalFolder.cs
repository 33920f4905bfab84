namespace HaConnect.Operations.Rejoining;

/// <summary>
/// Where the WAL of a base backup goes when the node's pg_wal is a link: to a folder beside the present one, by a name that nobody else gives and that
/// no link leads to, so that nothing has to be renamed.
/// </summary>
internal sealed class WalFolder
{
    private const string Suffix = ".haconnect-";

    private WalFolder(string path) => Path = path;

    internal string Path { get; }

    /// <exception cref="RejoinRefusedException">There is no place beside it.</exception>
    internal static WalFolder? For(string? present, string reason)
    {
        if (present is null)
            return null;
        present = System.IO.Path.TrimEndingDirectorySeparator(present);
        if (MountPoints.Contains(present))
            throw new RejoinRefusedException($"{reason}, so that a base backup is needed, but pg_wal is a link to {present}, which is a mount point: there is no place beside it on the same file system. Take the base backup by hand (docs/operations/rejoin.md), or have the link lead to a folder below it.");
        var at = present.LastIndexOf(Suffix, StringComparison.Ordinal);
        var name = at < 0 ? present : present[..at];
        return new(present == $"{name}{Suffix}1" ? $"{name}{Suffix}2" : $"{name}{Suffix}1");
    }

    /// <summary>Of a base backup that came to no end.</summary>
    internal void Clear()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
