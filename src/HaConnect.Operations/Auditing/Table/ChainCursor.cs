using System.Text;

namespace HaConnect.Operations.Auditing;

/// <summary>Reads a folder's records on and on, while they are written. For one reader at a time.</summary>
internal sealed class ChainCursor(string folder)
{
    private const int Most = 256;
    private const int ChunkBytes = 1 << 20;

    private long _next = -1;
    private int _segment;
    private long _offset;

    /// <summary>The next few of those that are there from one number up to another. What was changed afterwards is left out: a verifier tells of it.</summary>
    internal IReadOnlyList<(long Seq, string Hash, string Json)> Read(long from, long upTo)
    {
        if (from != _next)
            Seek(from);
        var found = new List<(long, string, string)>();
        while (found.Count < Most)
        {
            var before = _offset;
            foreach (var (line, _, isEnded) in LineSplitter.Split(ReadChunk()))
            {
                var reading = LineCodec.Read(line.Span);
                if (!isEnded || reading.Line?.Seq > upTo)
                    break;
                _offset += line.Length + 1;
                if (reading is not { IsGenuine: true, Line.Seq: var seq } || seq < from)
                    continue;
                found.Add((seq, reading.Hash, Encoding.UTF8.GetString(line.Span)));
                _next = seq + 1;
                if (found.Count == Most)
                    break;
            }

            if (_offset == before && !MoveOn())
                break;
        }

        return found;
    }

    /// <summary>To the last segment that does not begin behind it.</summary>
    private void Seek(long from)
    {
        (_next, _offset) = (from, 0);
        var segments = SegmentFile.List(folder);
        _segment = segments.LastOrDefault(s => FirstOf(s) <= from)?.Number ?? (segments.Count > 0 ? segments[0].Number : 1);
    }

    private static long FirstOf(SegmentFile segment)
    {
        var bytes = ReadChunk(segment.Path, 0);
        return LineSplitter.Split(bytes).Select(l => LineCodec.Read(l.Bytes.Span).Line?.Seq).FirstOrDefault(s => s is not null) ?? long.MaxValue;
    }

    private bool MoveOn()
    {
        if (SegmentFile.List(folder).FirstOrDefault(s => s.Number > _segment) is not { } next)
            return false;
        (_segment, _offset) = (next.Number, 0);
        return true;
    }

    private byte[] ReadChunk() => ReadChunk(SegmentFile.Of(folder, _segment).Path, _offset);

    private static byte[] ReadChunk(string path, long offset)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[Math.Clamp(RandomAccess.GetLength(file) - offset, 0, ChunkBytes)];
            var length = RandomAccess.Read(file, bytes, offset);
            return bytes[..length];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }
}
