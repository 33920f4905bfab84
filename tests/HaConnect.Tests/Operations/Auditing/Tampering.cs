using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HaConnect.Operations.Auditing;

namespace HaConnect.Tests.Operations.Auditing;

/// <summary>A trail as lines per segment, and somebody who changes it; every change says where it must be found.</summary>
internal sealed class Tampering(IReadOnlyList<string> segments, Random random)
{
    private readonly List<(string Path, List<string> Lines)> _segments = [.. segments.Select(s => (s, File.ReadAllLines(s).ToList()))];
    private readonly List<byte[]?> _raw = [.. segments.Select(_ => (byte[]?)null)];

    /// <summary>Where a problem must be reported: any of these places, as file and line.</summary>
    internal HashSet<(string File, long Line)> Places { get; } = [];

    internal string Told { get; private set; } = "";

    internal void Act(int kind)
    {
        switch (kind)
        {
            case 0:
                EditByte();
                break;
            case 1:
                RemoveLine();
                break;
            case 2:
                SwapLines();
                break;
            case 3:
                Truncate();
                break;
            case 4:
                Duplicate();
                break;
            case 5:
                RemoveSegment();
                break;
            case 6:
                InsertForged();
                break;
            case 7:
                Forge();
                break;
            case 8:
                SwapSegments();
                break;
            default:
                RemoveBytes();
                break;
        }
    }

    internal void Save()
    {
        for (var i = 0; i < _segments.Count; i++)
        {
            var (path, lines) = _segments[i];
            if (File.Exists(path))
                File.SetAttributes(path, FileAttributes.Normal);
            if (lines.Count == 0 && _raw[i] is null)
                File.Delete(path);
            else
                File.WriteAllBytes(path, _raw[i] ?? Bytes(lines));
        }
    }

    private void EditByte()
    {
        var (s, l) = AnyLine();
        var bytes = Bytes(_segments[s].Lines);
        var at = Bytes(_segments[s].Lines[..l]).Length + random.Next(Encoding.UTF8.GetByteCount(_segments[s].Lines[l]) + 1); // its line feed too
        byte to;
        do
            to = (byte)random.Next(256);
        while (to == bytes[at]);
        Told = $"byte {at} of {Name(s)}, in line {l + 1}, from {bytes[at]} to {to}";
        bytes[at] = to;
        _raw[s] = bytes;
        Expect(s, l);
    }

    private void RemoveBytes()
    {
        var (s, l) = AnyLine();
        var bytes = Bytes(_segments[s].Lines);
        var length = Encoding.UTF8.GetByteCount(_segments[s].Lines[l]);
        var from = random.Next(length);
        var count = random.Next(1, length - from + 1);
        var at = Bytes(_segments[s].Lines[..l]).Length + from;
        Told = $"{count} bytes from {at} on removed from {Name(s)}, in line {l + 1}";
        _raw[s] = [.. bytes[..at], .. bytes[(at + count)..]];
        Expect(s, l);
    }

    private void RemoveLine()
    {
        var (s, l) = AnyLine();
        Told = $"line {l + 1} of {Name(s)} removed";
        _segments[s].Lines.RemoveAt(l);
        ExpectGap(s, l);
    }

    private void SwapLines()
    {
        var s = random.Next(_segments.Count);
        var lines = _segments[s].Lines;
        if (lines.Count < 2)
        {
            RemoveLine();
            return;
        }

        var a = random.Next(lines.Count - 1);
        var b = random.Next(a + 1, lines.Count);
        Told = $"lines {a + 1} and {b + 1} of {Name(s)} swapped";
        (lines[a], lines[b]) = (lines[b], lines[a]);
        Expect(s, a);
    }

    private void Truncate()
    {
        var (s, l) = AnyLine();
        Told = $"everything from line {l + 1} of {Name(s)} on removed";
        _segments[s].Lines.RemoveRange(l, _segments[s].Lines.Count - l);
        for (var i = s + 1; i < _segments.Count; i++)
            _segments[i].Lines.Clear();
        ExpectGap(s, l);
    }

    private void Duplicate()
    {
        var (s, l) = AnyLine();
        var (t, to) = AnyLine();
        Told = $"a copy of line {l + 1} of {Name(s)} put before line {to + 1} of {Name(t)}";
        var isBefore = (t, to).CompareTo((s, l)) <= 0;
        _segments[t].Lines.Insert(to, _segments[s].Lines[l]);
        if (!isBefore || (s, l) != (t, to))
            Expect(t, to);
        else
            Expect(t, to + 1); // which of two that are the same was put in, nobody can tell
    }

    private void RemoveSegment()
    {
        var s = random.Next(_segments.Count);
        Told = $"{Name(s)} removed";
        _segments[s].Lines.Clear();
        ExpectGap(s, 0);
    }

    private void SwapSegments()
    {
        var a = random.Next(_segments.Count - 1);
        var b = random.Next(a + 1, _segments.Count);
        Told = $"{Name(a)} and {Name(b)} swapped";
        (_segments[a], _segments[b]) = ((_segments[a].Path, _segments[b].Lines), (_segments[b].Path, _segments[a].Lines));
        Expect(a, 0);
    }

    /// <summary>With the next number, the right chain and its own hash; what follows does not fit.</summary>
    private void InsertForged()
    {
        var (s, l) = AnyLine();
        Told = $"a forged line put before line {l + 1} of {Name(s)}";
        _segments[s].Lines.Insert(l, Rehash(_segments[s].Lines[l], "this has never happened"));
        Expect(s, l);
        Expect(s, l + 1);
    }

    /// <summary>Written anew with a hash of its own: found where the next one does not chain, or at the head.</summary>
    private void Forge()
    {
        var (s, l) = AnyLine();
        Told = $"line {l + 1} of {Name(s)} written anew with its own hash";
        _segments[s].Lines[l] = Rehash(_segments[s].Lines[l], "it was somebody else");
        Expect(s, l);
        if (l + 1 < _segments[s].Lines.Count)
            Expect(s, l + 1);
        else if (s + 1 < _segments.Count)
            Expect(s + 1, 0);
    }

    private static string Rehash(string line, string sentence)
    {
        var json = JsonNode.Parse(line)!.AsObject();
        json.Remove("hash");
        json["sentence"] = sentence;
        var body = json.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })[..^1];
        return $"{body},\"hash\":\"{LineCodec.HashOf(Encoding.UTF8.GetBytes(body))}\"}}";
    }

    private (int Segment, int Line) AnyLine()
    {
        var s = random.Next(_segments.Count);
        return (s, random.Next(_segments[s].Lines.Count));
    }

    private void Expect(int segment, int line) => Places.Add((Name(segment), line + 1));

    /// <summary>Something is missing here: found at the line that stands here now, which can be in a later file, or just behind the last one of all.</summary>
    private void ExpectGap(int segment, int line)
    {
        if (line < _segments[segment].Lines.Count)
            Expect(segment, line);
        else if (_segments.FindIndex(segment + 1, s => s.Lines.Count > 0) is >= 0 and var next)
            Expect(next, 0);
        else if (_segments.FindLastIndex(s => s.Lines.Count > 0) is >= 0 and var last)
            Expect(last, _segments[last].Lines.Count);
        else
            Expect(0, 0);
    }

    private string Name(int segment) => Path.GetFileName(_segments[segment].Path);

    private static byte[] Bytes(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")));
}
