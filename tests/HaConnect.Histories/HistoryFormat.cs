using System.Text.Json;
using System.Text.Json.Serialization;

namespace HaConnect.Histories;

/// <summary>Reads and writes lines of a history.</summary>
internal static class HistoryFormat
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
    };

    internal static string Write(HistoryEvent happened) => JsonSerializer.Serialize(happened, Options);

    /// <exception cref="JsonException">It is no line of a history.</exception>
    internal static HistoryEvent Read(string line) =>
        JsonSerializer.Deserialize<HistoryEvent>(line, Options) ?? throw new JsonException("null is no event.");

    /// <summary>Reads whole files. What stands behind the last line feed was cut short when its process was killed, and is no line.</summary>
    internal static IReadOnlyList<HistoryEvent> ReadFiles(IEnumerable<string> files) =>
        [.. files.SelectMany(file => Lines(File.ReadAllText(file))).Select(Read)];

    private static string[] Lines(string text) => text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
