using System.Text.Json;
using System.Text.Json.Serialization;

namespace HaConnect.Benchmarks.Gate;

internal static class LimitsFile
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    internal static IReadOnlyList<Limit> Read(string path) =>
        JsonSerializer.Deserialize<List<Limit>>(File.ReadAllText(path), Format) is { Count: > 0 } limits
            ? limits
            : throw new InvalidDataException($"{path} holds no limit.");
}
