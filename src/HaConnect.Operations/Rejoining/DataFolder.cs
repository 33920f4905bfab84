using System.Globalization;
using HaConnect.Failover;

namespace HaConnect.Operations.Rejoining;

/// <summary>The files of a node's data folder that a rejoin looks at and writes.</summary>
internal sealed class DataFolder(string path, IServerHost host)
{
    private const string Automatic = "postgresql.auto.conf";
    private const string Signal = "standby.signal";

    /// <summary>Lines of postgresql.auto.conf that say whom it follows, who acks for it, and that it is fenced.</summary>
    private static readonly string[] s_ofItsRole = ["primary_conninfo", "primary_slot_name", "synchronous_standby_names", "default_transaction_read_only"];

    internal string Path => path;

    /// <summary>The folder that a base backup replaces, kept until the new one streams.</summary>
    internal DataFolder Old => new(path + ".old", host);

    /// <summary>A base backup that is being taken.</summary>
    internal DataFolder New => new(path + ".new", host);

    internal bool HasData => File.Exists(In("PG_VERSION"));

    internal int Major => int.Parse(File.ReadAllText(In("PG_VERSION")).Trim(), CultureInfo.InvariantCulture);

    internal bool WasStandby => File.Exists(In(Signal));

    internal bool HasTablespaces => Directory.EnumerateFileSystemEntries(In("pg_tblspc")).Any();

    /// <summary>Beside the folder: pg_rewind removes what it does not know.</summary>
    internal bool RewindWasInterrupted => File.Exists(path + ".rewinding");

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
        Write(Automatic, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', [.. lines, $"primary_conninfo = '{conninfo.Replace("'", "''", StringComparison.Ordinal)}'"]) + "\n"));
        Write(Signal, []);
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
            File.WriteAllText(path + ".rewinding", "");
        else
            File.Delete(path + ".rewinding");
    }

    internal void Delete()
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    private IEnumerable<string> AutomaticLines() => File.Exists(In(Automatic)) ? File.ReadLines(In(Automatic)) : [];

    private static bool IsOfItsRole(string line) => Array.Exists(s_ofItsRole, s => line.StartsWith(s, StringComparison.OrdinalIgnoreCase));

    private void Write(string name, byte[] content)
    {
        File.WriteAllBytes(In(name), content);
        host.Own(In(name));
    }

    private string In(string name) => System.IO.Path.Combine(path, name);

    /// <param name="Files">By their names.</param>
    /// <param name="AutomaticLines">Of postgresql.auto.conf, without those of the node's role.</param>
    internal sealed record OwnFiles(Dictionary<string, byte[]> Files, IReadOnlyList<string> AutomaticLines);
}
