using System.Text;
using System.Text.Json;

namespace HaConnect.Operations.Integrity;

/// <summary>
/// The parts of tables that were begun and that are done, a line each, so that a later run goes on with the same parts. A last line that was not finished is left out. Without a file it keeps nothing.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly Dictionary<string, JournalTable> _tables = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly string? _path;
    private readonly TimeProvider _time;
    private readonly FileStream? _file;

    private Journal(string? path, FileStream? file, TimeProvider time) => (_path, _file, _time) = (path, file, time);

    /// <summary>How many rows an earlier run had verified, and when the oldest and the newest of them were.</summary>
    internal (long Rows, DateTimeOffset First, DateTimeOffset Last)? TakenOver { get; private set; }

    /// <param name="path">The file; null for none.</param>
    /// <param name="sides">Which two databases.</param>
    /// <param name="showing">What is shown of a row.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The file is of another verification.</exception>
    internal static Journal Open(string? path, string sides, string showing, TimeProvider time)
    {
        if (path is null)
            return new Journal(null, null, time);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var journal = new Journal(path, file, time);
        try
        {
            journal.Load(path, sides, showing);
            return journal;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal JournalTable Of(string table) => _tables.GetValueOrDefault(table) ?? JournalTable.Empty;

    internal void Begin(string table, Part part) => Append(new JournalLine { Table = table, After = [.. part.After], UpTo = [.. part.UpTo] });

    internal void End(string table, Part part, PartOutcome outcome) => Append(new JournalLine { Table = table, After = [.. part.After], UpTo = [.. part.UpTo], Outcome = outcome, At = _time.GetUtcNow() });

    /// <summary>All is done: nobody goes on with it.</summary>
    internal void Finish()
    {
        Dispose();
        if (_path is not null)
            File.Delete(_path);
    }

    public void Dispose() => _file?.Dispose();

    private void Append(JournalLine line)
    {
        if (_file is null)
            return;
        var bytes = Bytes(line);
        lock (_lock)
        {
            _file.Write(bytes);
            _file.Flush();
        }
    }

    private void Load(string path, string sides, string showing)
    {
        var bytes = new byte[_file!.Length];
        _file.ReadExactly(bytes);
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        var header = new JournalLine { Sides = sides, Showing = showing };
        if (whole == 0)
        {
            // Empty, or a run of just this was ended while it wrote its first line. Anything else is somebody's.
            if (!Bytes(header).AsSpan().StartsWith(bytes))
                throw NoJournal(path, "it does not begin as one.");
            _file.SetLength(0);
            Append(header);
            return;
        }

        var lines = Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();
        if (lines is not [{ Sides: not null } first, .. var rest])
            throw NoJournal(path, "it does not begin as one.");
        if (first.Sides != sides || first.Showing != showing)
            throw new ArgumentException($"The file '{path}' is of another verification ({first.Sides}; {first.Showing}) than this one ({sides}; {showing}). Give the same sides and options, or another file.", nameof(path));
        foreach (var line in rest)
            Take(line);
        _file.SetLength(whole);
        _file.Seek(0, SeekOrigin.End);
    }

    private void Take(JournalLine line)
    {
        if (line is not { Table: { } table, After: { } after, UpTo: { } upTo })
            return;
        if (!_tables.TryGetValue(table, out var known))
            _tables[table] = known = JournalTable.Empty;
        var key = JournalKey.Of(after);
        if (line.Outcome is null)
        {
            known.Planned[key] = new Part("", [], after, upTo);
            return;
        }

        known.Done[key] = line.Outcome;
        var at = line.At ?? _time.GetUtcNow();
        TakenOver = TakenOver is { } before ? (before.Rows + line.Outcome.Rows, before.First, at) : (line.Outcome.Rows, at, at);
    }

    private JournalLine Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, VerificationJson.Compact.JournalLine) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw NoJournal(_path!, e.Message, e);
        }
    }

    private static byte[] Bytes(JournalLine line) => [.. JsonSerializer.SerializeToUtf8Bytes(line, VerificationJson.Compact.JournalLine), (byte)'\n'];

    private static ArgumentException NoJournal(string path, string why, Exception? inner = null) => new($"The file '{path}' is no journal of a verification: {why} It was left as it is. Give another file.", nameof(path), inner);
}
