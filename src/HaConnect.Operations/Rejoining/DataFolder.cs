using System.Globalization;
using HaConnect.Failover;

namespace HaConnect.Operations.Rejoining;

/// <summary>The files of a node's data folder that a rejoin looks at and writes.</summary>
internal sealed class DataFolder(string path, IServerHost host)
{
    private const string Automatic = "postgresql.auto.conf";
    private const string Signal = "standby.signal";
    private const string Complete = "haconnect-complete";

    /// <summary>Lines of postgresql.auto.conf that say whom it follows, who acks for it, and that it is fenced.</summary>
    private static readonly string[] s_ofItsRole = ["primary_conninfo", "primary_slot_name", "synchronous_standby_names", "default_transaction_read_only"];

    internal string Path => path;

    /// <summary>The folder that a base backup replaces, kept until the new one streams. A name that nobody else gives: it is deleted then.</summary>
    internal DataFolder Old => new(path + ".haconnect-old", host);

    /// <summary>A base backup that is being taken.</summary>
    internal DataFolder New => new(path + ".haconnect-new", host);

    /// <summary>What is the node's own, while pg_rewind puts the primary's files in its place.</summary>
    internal DataFolder Own => new(path + ".haconnect-own", host);

    internal bool IsAbsentOrEmpty => !Directory.Exists(path) || Directory.EnumerateFileSystemEntries(path).All(e => System.IO.Path.GetFileName(e) == "lost+found");

    internal bool HasOwnFiles => File.Exists(In(Complete));

    internal bool HasData => File.Exists(In("PG_VERSION"));

    internal int Major => int.Parse(File.ReadAllText(In("PG_VERSION")).Trim(), CultureInfo.InvariantCulture);

    internal bool WasStandby => File.Exists(In(Signal));

    internal bool HasTablespaces => Directory.EnumerateFileSystemEntries(In("pg_tblspc")).Any();

    /// <summary>Beside the folder: pg_rewind removes what it does not know.</summary>
    internal bool RewindWasInterrupted => File.Exists(path + ".haconnect-rewinding");

    /// <summary>From the names of WAL segments and history files: the control file lags behind a promotion until the next checkpoint.</summary>
    internal int NewestTimeline => Directory.EnumerateFiles(In("pg_wal"))
        .Select(f => System.IO.Path.GetFileName(f))
        .Where(f => f.Length == 24 || f.EndsWith(".history", StringComparison.Ordinal))
        .Select(f => int.TryParse(f.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var timeline) ? timeline : 1)
        .Append(1).Max();

    /// <summary>What the node has promised, and whom it knows to be decided for; null where it has nothing on record.</summary>
    internal Register? RegisterOf(string node)
    {
        var line = AutomaticLines().LastOrDefault(l => l.StartsWith("haconnect.term", StringComparison.Ordinal));
        return line?.Split('=', 2) is [_, var value] && Register.Parse(value.Trim().Trim('\'').Replace("''", "'", StringComparison.Ordinal)) is { } register && register.Node == node ? register : null;
    }

    internal string? ReadHistory(int timeline) =>
        File.Exists(In(System.IO.Path.Combine("pg_wal", TimelineHistory.FileName(timeline)))) ? File.ReadAllText(In(System.IO.Path.Combine("pg_wal", TimelineHistory.FileName(timeline)))) : null;

    internal byte[]? ReadWal(WalSegment segment)
    {
        var file = In(System.IO.Path.Combine("pg_wal", segment.FileName));
        if (!File.Exists(file))
            return null;
        var (from, length) = segment.Window;
        using var stream = File.OpenRead(file);
        stream.Position = from;
        var bytes = new byte[length];
        return stream.ReadAtLeast(bytes, length, throwOnEndOfStream: false) == length ? bytes : null;
    }

    /// <summary>The node's own configuration: pg_rewind and a base backup bring the primary's files.</summary>
    internal OwnFiles ReadOwn() => new(
        Directory.EnumerateFiles(path, "*.conf").Where(f => System.IO.Path.GetFileName(f) != Automatic).ToDictionary(f => System.IO.Path.GetFileName(f), File.ReadAllBytes, StringComparer.Ordinal),
        [.. AutomaticLines().Where(l => !IsOfItsRole(l))]);

    /// <summary>Makes it this node's own folder, of a standby of the primary. Where the node has nothing of its own, what was copied stays, but for the promises of another.</summary>
    internal void WriteOwn(OwnFiles? own, string conninfo)
    {
        foreach (var (name, content) in own?.Files ?? [])
            Write(name, content);
        var lines = own?.AutomaticLines ?? [.. AutomaticLines().Where(l => !IsOfItsRole(l) && !l.StartsWith("haconnect.", StringComparison.Ordinal))];
        WriteAutomatic([.. lines, $"primary_conninfo = '{conninfo.Replace("'", "''", StringComparison.Ordinal)}'"]);
        Write(Signal, []);
    }

    /// <summary>Keeps a copy of them, marked once it is whole.</summary>
    internal void Keep(OwnFiles own)
    {
        Delete();
        Directory.CreateDirectory(path);
        foreach (var (name, content) in own.Files)
            Write(name, content);
        WriteAutomatic(own.AutomaticLines);
        Write(Complete, []);
    }

    /// <summary>Of the time in which it was the primary: nobody uses them any more, and they would keep WAL for ever.</summary>
    internal void DropSlots()
    {
        foreach (var slot in Directory.EnumerateDirectories(In("pg_replslot")))
            Directory.Delete(slot, recursive: true);
    }

    internal void MarkRewinding(bool isUnderWay)
    {
        if (isUnderWay)
            File.WriteAllText(path + ".haconnect-rewinding", "");
        else
            File.Delete(path + ".haconnect-rewinding");
    }

    internal void Delete()
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    private void WriteAutomatic(IReadOnlyList<string> lines) => Write(Automatic, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));

    private IEnumerable<string> AutomaticLines() => File.Exists(In(Automatic)) ? File.ReadLines(In(Automatic)) : [];

    private static bool IsOfItsRole(string line) => Array.Exists(s_ofItsRole, s => line.StartsWith(s, StringComparison.OrdinalIgnoreCase));

    private void Write(string name, byte[] content)
    {
        // Whole or not at all: a promise that a crash leaves empty is a promise forgotten.
        using (var file = new FileStream(In(name) + ".haconnect-tmp", FileMode.Create, FileAccess.Write))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        host.Own(In(name) + ".haconnect-tmp");
        File.Move(In(name) + ".haconnect-tmp", In(name), overwrite: true);
    }

    private string In(string name) => System.IO.Path.Combine(path, name);

    /// <param name="Files">By their names.</param>
    /// <param name="AutomaticLines">Of postgresql.auto.conf, without those of the node's role.</param>
    internal sealed record OwnFiles(Dictionary<string, byte[]> Files, IReadOnlyList<string> AutomaticLines);
}
