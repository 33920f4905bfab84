using System.Text.Json;
using System.Text.Json.Serialization;

namespace HaConnect.Histories;

/// <summary>The file of one session, in the order of its operations. Not flushed line by line: where the process dies, the run has failed.</summary>
internal sealed class SessionRecorder(string folder, string session) : IDisposable
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private readonly FileStream _file = new(Path.Combine(folder, session + ".jsonl"), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16);

    internal string Session => session;

    internal void Add(SessionEvent happened)
    {
        JsonSerializer.Serialize(_file, happened with { Session = session }, Options);
        _file.WriteByte((byte)'\n');
    }

    /// <summary>Every session of a folder, a file at a time, in the order of its operations.</summary>
    internal static IEnumerable<SessionEvent> ReadFolder(string folder) =>
        Directory.EnumerateFiles(folder, "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Select(Read);

    /// <exception cref="JsonException">It is no line of a history.</exception>
    internal static SessionEvent Read(string line) => JsonSerializer.Deserialize<SessionEvent>(line, Options) ?? throw new JsonException("null is no event.");

    public void Dispose() => _file.Dispose();
}
