using System.Globalization;
using HaConnect.Failover;

namespace HaConnect.Operations.Rejoining;

/// <summary>The files of a node's data folder that a rejoin looks at and writes.</summary>
internal sealed class DataFolder
{
    private const string Automatic = "postgresql.auto.conf";
    private const string Signal = "standby.signal";
    private const string Complete = "haconnect-complete";
    private const string KeptSlots = "haconnect-slots";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Lines of postgresql.auto.conf that say whom it follows, who acks for it, and that it is fenced.</summary>
    private static readonly string[] s_ofItsRole = ["primary_conninfo", "primary_slot_name", "synchronous_standby_names", "default_transaction_read_only"];

    /// <summary>Files that are this node's and not the primary's: configuration, and certificates with their keys.</summary>
    private static readonly string[] s_own = [".conf", ".crt", ".key", ".pem"];

    private readonly IServerHost _host;
    private readonly bool _isMountPoint;

    internal DataFolder(string path, IServerHost host)
        : this(path, host, MountPoints.Contains(path))
    {
    }

    private DataFolder(string path, IServerHost host, bool isMountPoint) => (Path, _host, _isMountPoint) = (path, host, isMountPoint);

    internal string Path { get; }

    internal string WalPath => In("pg_wal");

    /// <summary>The folder that a base backup replaces, kept until the new one streams. A name that nobody else gives: it is deleted then.</summary>
    internal DataFolder Old => Beside(FolderSwap.Old);

    /// <summary>A base backup that is being taken.</summary>
    internal DataFolder New => Beside(FolderSwap.New);

    /// <summary>What is the node's own, while pg_rewind puts the primary's files in its place. Never inside: pg_rewind removes what it does not know.</summary>
    internal DataFolder Own => new(Path + ".haconnect-own", _host, false);

    /// <summary>Where the folder is a file system of its own, what replaces it lies inside.</summary>
    internal FolderSwap Swap => new(Path, Old.Path, New.Path, _isMountPoint);

    internal bool IsAbsentOrEmpty => !Directory.Exists(Path) || Directory.EnumerateFileSystemEntries(Path).All(e => System.IO.Path.GetFileName(e) is "lost+found" or FolderSwap.Old or FolderSwap.New);

    internal bool HasOwnFiles => File.Exists(In(Complete));

    internal bool HasData => File.Exists(In("PG_VERSION"));

    internal int Major => int.Parse(File.ReadAllText(In("PG_VERSION")).Trim(), CultureInfo.InvariantCulture);

    internal bool WasStandby => File.Exists(In(Signal));

    internal bool HasTablespaces => Directory.EnumerateFileSystemEntries(In("pg_tblspc")).Any();

    /// <summary>Where pg_wal is a link to; null where it is a folder.</summary>
    internal string? WalLink => new DirectoryInfo(WalPath) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: false)!.FullName : null;

    /// <summary>Beside the folder: pg_rewind removes what it does not know.</summary>
    internal bool RewindWasInterrupted => File.Exists(Path + ".haconnect-rewinding");

    /// <summary>From the names of WAL segments and history files: the control file lags behind a promotion until the next checkpoint.</summary>
    internal int NewestTimeline => Directory.EnumerateFiles(WalPath)
        .Select(f => System.IO.Path.GetFileName(f))
        .Where(f => f.Length == 24 || f.EndsWith(".history", StringComparison.Ordinal))
        .Select(f => int.TryParse(f.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var timeline) ? timeline : 1)
        .Append(1).Max();

    /// <summary>The configuration file that the server was last started with, where it was named then; null where that is not on record.</summary>
    internal static string? ConfigFileOfLastStart(string folder)
    {
        // Its command line, each argument quoted: postmaster.c, CreateOptsFile.
        var record = System.IO.Path.Combine(folder, "postmaster.opts");
        var arguments = File.Exists(record) ? File.ReadAllText(record).Trim().Split("\" \"") : [];
        return arguments.Select(a => a.Trim('"').TrimStart('-').Split('=', 2)).LastOrDefault(a => a is ["config_file" or "config-file" or "cconfig_file", _])?[1];
    }

    /// <summary>What the node has promised, and whom it knows to be decided for; null where it has nothing on record.</summary>
    internal Register? RegisterOf(string node)
    {
        var line = AutomaticLines().LastOrDefault(l => l.StartsWith("haconnect.term", StringComparison.Ordinal));
        return line?.Split('=', 2) is [_, var value] && Register.Parse(value.Trim().Trim('\'').Replace("''", "'", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)) is { } register && register.Node == node ? register : null;
    }

    internal string? ReadHistory(int timeline) =>
        File.Exists(System.IO.Path.Combine(WalPath, TimelineHistory.FileName(timeline))) ? File.ReadAllText(System.IO.Path.Combine(WalPath, TimelineHistory.FileName(timeline))) : null;

    /// <summary>What is the node's own: pg_rewind and a base backup bring the primary's files, and no slots.</summary>
    internal OwnFiles ReadOwn() => new(
        Directory.EnumerateFiles(Path).Where(f => System.IO.Path.GetFileName(f) != Automatic && Array.Exists(s_own, e => f.EndsWith(e, StringComparison.Ordinal)))
            .ToDictionary(f => System.IO.Path.GetFileName(f), f => (File.ReadAllBytes(f), OperatingSystem.IsWindows() ? Private : File.GetUnixFileMode(f)), StringComparer.Ordinal),
        [.. AutomaticLines().Where(l => !IsOfItsRole(l))],
        File.Exists(In(KeptSlots)) ? SlotFile.Parse(File.ReadAllText(In(KeptSlots))) : SlotFile.ReadAll(In("pg_replslot")));

    /// <summary>
    /// Of a node that is new, in a copy of the primary's folder: the files that are given, and what ALTER SYSTEM has set there, but for the role and the
    /// promises. Where no file says otherwise only its port is known to be its own.
    /// </summary>
    internal OwnFiles OwnOfNew(IReadOnlyDictionary<string, byte[]> files, int port) => new(
        files.ToDictionary(f => f.Key, f => (f.Value, Private), StringComparer.Ordinal),
        [
            .. AutomaticLines().Where(l => !IsOfItsRole(l) && !l.StartsWith("haconnect.", StringComparison.Ordinal) && !l.StartsWith("port ", StringComparison.Ordinal)),
            .. files.Count == 0 ? [string.Create(CultureInfo.InvariantCulture, $"port = {port}")] : (string[])[],
        ],
        []);

    /// <summary>Makes it this node's own folder, of a standby of the primary. Where the node has nothing of its own, what was copied stays, but for the promises of another.</summary>
    internal void WriteOwn(OwnFiles? own, string conninfo)
    {
        foreach (var (name, (content, mode)) in own?.Files ?? [])
            Write(name, content, mode);
        var lines = own?.AutomaticLines ?? [.. AutomaticLines().Where(l => !IsOfItsRole(l) && !l.StartsWith("haconnect.", StringComparison.Ordinal))];
        WriteAutomatic([.. lines, $"primary_conninfo = '{conninfo.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'"]);
        Write(Signal, [], Private);
    }

    /// <summary>Keeps a copy of them, marked once it is whole.</summary>
    internal void Keep(OwnFiles own)
    {
        Delete();
        Directory.CreateDirectory(Path);
        foreach (var (name, (content, mode)) in own.Files)
            Write(name, content, mode);
        WriteAutomatic(own.AutomaticLines);
        Write(KeptSlots, System.Text.Encoding.UTF8.GetBytes(SlotFile.Format(own.Slots)), Private);
        Write(Complete, [], Private);
    }

    /// <summary>Of the time in which it was the primary: as they are they would keep WAL for ever.</summary>
    internal void DropSlots()
    {
        foreach (var slot in Directory.EnumerateDirectories(In("pg_replslot")))
            Directory.Delete(slot, recursive: true);
    }

    /// <exception cref="RejoinRefusedException">Nothing can be written beside the folder, where what outlives an interruption is kept.</exception>
    internal void RequireRoomBeside()
    {
        try
        {
            File.WriteAllText(Path + ".haconnect-tmp", "");
            File.Delete(Path + ".haconnect-tmp");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RejoinRefusedException($"Nothing can be written beside {Path}, where a rejoin keeps what must outlive an interruption: {e.Message} Give the user of this process the right to write to {System.IO.Path.GetDirectoryName(Path)}.");
        }
    }

    internal void MarkRewinding(bool isUnderWay)
    {
        if (isUnderWay)
            File.WriteAllText(Path + ".haconnect-rewinding", "");
        else
            File.Delete(Path + ".haconnect-rewinding");
    }

    /// <summary>With its WAL, where that lies elsewhere.</summary>
    internal void Delete()
    {
        if (!Directory.Exists(Path))
            return;
        if (WalLink is { } elsewhere && Directory.Exists(elsewhere))
            Directory.Delete(elsewhere, recursive: true);
        Directory.Delete(Path, recursive: true);
    }

    private DataFolder Beside(string name) => new(_isMountPoint ? In(name) : Path + name, _host, false);

    private void WriteAutomatic(IReadOnlyList<string> lines) => Write(Automatic, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), Private);

    private IEnumerable<string> AutomaticLines() => File.Exists(In(Automatic)) ? File.ReadLines(In(Automatic)) : [];

    private static bool IsOfItsRole(string line) => Array.Exists(s_ofItsRole, s => line.StartsWith(s, StringComparison.OrdinalIgnoreCase));

    private void Write(string name, byte[] content, UnixFileMode mode)
    {
        // Whole or not at all: a promise that a crash leaves empty is a promise forgotten.
        File.Delete(In(name) + ".haconnect-tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        using (var file = new FileStream(In(name) + ".haconnect-tmp", options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        _host.Own(In(name) + ".haconnect-tmp");
        File.Move(In(name) + ".haconnect-tmp", In(name), overwrite: true);
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    /// <param name="Files">By their names.</param>
    /// <param name="AutomaticLines">Of postgresql.auto.conf, without those of the node's role.</param>
    /// <param name="Slots">Its replication slots.</param>
    internal sealed record OwnFiles(Dictionary<string, (byte[] Content, UnixFileMode Mode)> Files, IReadOnlyList<string> AutomaticLines, IReadOnlyList<SlotFile> Slots);
}
