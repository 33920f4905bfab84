using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace HaConnect.Operations.Auditing;

/// <summary>Appends records to the chain of a folder. For one thread at a time.</summary>
internal sealed class ChainWriter : IDisposable
{
    private readonly string _folder;
    private readonly AuditFileOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<long> _keepFrom;
    private SafeFileHandle _segment;
    private int _number;
    private long _length;
    private long _lines;
    private DateTimeOffset? _firstAt;
    private (string Cluster, string Coordinator) _source = ("", "");
    private long _missed;
    private string _whyMissed = "";

    private ChainWriter(string folder, AuditFileOptions options, TimeProvider time, Func<long> keepFrom, ChainTail tail, SafeFileHandle segment)
    {
        (_folder, _options, _time, _keepFrom, _segment) = (folder, options, time, keepFrom, segment);
        (Head, _number, _length, _lines, _firstAt) = (tail.Last, tail.Segment, tail.Length, tail.Lines, tail.FirstAt);
    }

    /// <summary>The last record that is on the disk.</summary>
    internal AuditHead Head { get; private set; }

    /// <summary>Goes on where the folder's chain ends, or begins one; what was not finished is cut off, and that is recorded.</summary>
    /// <param name="folder">The folder; its lock is held.</param>
    /// <param name="options">The options, valid.</param>
    /// <param name="time">The clock.</param>
    /// <param name="keepFrom">The first record that must not be removed, since it is not everywhere yet.</param>
    internal static ChainWriter Open(string folder, AuditFileOptions options, TimeProvider time, Func<long> keepFrom)
    {
        var tail = ChainTail.Find(folder, NewChain);
        if (tail.Last.Seq == 0 && tail.Found is null)
            HeadFile.Write(folder, tail.Last); // so that a head is never missing where there are records
        var segment = OpenSegment(folder, tail.Segment);
        if (RandomAccess.GetLength(segment) > tail.Length)
            RandomAccess.SetLength(segment, tail.Length);
        var writer = new ChainWriter(folder, options, time, keepFrom, tail, segment);
        if (tail.Found is { } found)
            writer.Write([writer.Upkeep(UpkeepKind.Recovered, "recovered: " + found)]);
        writer.SaveHead();
        return writer;
    }

    /// <summary>They are on the disk when this returns, as a whole or, where it throws, not at all.</summary>
    internal void Append(IReadOnlyList<AuditRecord> records)
    {
        _source = (records[^1].Cluster, records[^1].Coordinator);
        SealIfDue();
        var lines = records.Select(LineOf);
        if (_missed > 0)
            lines = lines.Prepend(Upkeep(UpkeepKind.Missed, string.Create(CultureInfo.InvariantCulture, $"{_missed} records could not be written: {_whyMissed}")));
        Write([.. lines]);
        _missed = 0;
    }

    /// <summary>These are not in the chain; that they are not will be.</summary>
    internal void Miss(int count, string why) => (_missed, _whyMissed) = (_missed + count, why);

    /// <summary>After the records: see <see cref="HeadFile"/>.</summary>
    internal void SaveHead() => HeadFile.Write(_folder, Head);

    public void Dispose() => _segment.Dispose();

    private void SealIfDue()
    {
        if (_lines == 0 || (_length < _options.SegmentBytes && _time.GetUtcNow() - _firstAt < _options.SegmentAge))
            return;
        var sealedOne = SegmentFile.Of(_folder, _number);
        Write([Upkeep(UpkeepKind.Sealed, string.Create(CultureInfo.InvariantCulture, $"{sealedOne.Name} is sealed with {_lines} records")) with { Count = _lines }]);
        SaveHead();
        File.SetAttributes(sealedOne.Path, File.GetAttributes(sealedOne.Path) | FileAttributes.ReadOnly); // against accidents
        var next = OpenSegment(_folder, _number + 1);
        _segment.Dispose();
        (_segment, _number, _length, _lines, _firstAt) = (next, _number + 1, 0, 0, null);
        Retain();
    }

    /// <summary>A removal is in the chain before it is done, so that one that nobody recorded is found.</summary>
    private void Retain()
    {
        while (Retention.NextOf(_folder, _number, _options, _time.GetUtcNow(), _keepFrom()) is var (segment, seal))
        {
            Write([Upkeep(UpkeepKind.Removed, $"{segment.Name} is removed, whose last record has the hash {seal.Hash}") with { Segment = segment.Name, LastSeq = seal.Line.Seq, LastHash = seal.Hash }]);
            SaveHead();
            File.SetAttributes(segment.Path, FileAttributes.Normal);
            File.Delete(segment.Path);
        }
    }

    private void Write(IReadOnlyList<AuditLine> lines)
    {
        using var buffer = new MemoryStream();
        var head = Head;
        foreach (var line in lines)
        {
            var (bytes, hash) = LineCodec.Encode(line with { Chain = head.Chain, Seq = head.Seq + 1, Prev = head.Hash });
            buffer.Write(bytes);
            head = new AuditHead(head.Chain, head.Seq + 1, hash);
        }

        try
        {
            RandomAccess.Write(_segment, buffer.GetBuffer().AsSpan(0, (int)buffer.Length), _length);
            RandomAccess.FlushToDisk(_segment);
        }
        catch (IOException)
        {
            // What of it is there is no record; the next one is written over it, and a crash before that is recovered from.
            TryCutBack();
            throw;
        }

        (Head, _length, _lines) = (head, _length + buffer.Length, _lines + lines.Count);
        _firstAt ??= lines[0].At;
    }

    private void TryCutBack()
    {
        try
        {
            RandomAccess.SetLength(_segment, _length);
        }
        catch (IOException)
        {
            // The next write tells.
        }
    }

    /// <summary>Number and hash come when it is written.</summary>
    private static AuditLine LineOf(AuditRecord record) => new()
    {
        Chain = "",
        Seq = 0,
        At = record.At,
        Cluster = record.Cluster,
        Coordinator = record.Coordinator,
        Term = record.Term,
        Kind = record.Kind,
        Step = record.Step,
        Node = record.Node,
        Sentence = record.Sentence,
        By = record.By,
        Before = record.Before,
        After = record.After,
        Duration = record.Duration,
        Data = record.Data,
        Prev = "",
    };

    private AuditLine Upkeep(UpkeepKind kind, string sentence) =>
        LineOf(new AuditRecord(_time.GetUtcNow(), _source.Cluster, _source.Coordinator, null, "Audit", null, sentence) { Kind = AuditKind.Act }) with { Upkeep = kind };

    private static SafeFileHandle OpenSegment(string folder, int number) => File.OpenHandle(SegmentFile.Of(folder, number).Path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>For people the host, and a random part, since folders are many.</summary>
    private static string NewChain()
    {
        var host = string.Concat(Environment.MachineName.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.').Take(40));
        return $"{host}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    }
}
