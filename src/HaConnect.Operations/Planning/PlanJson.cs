using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HaConnect.Operations.Planning;

/// <summary>How a description is kept in a file. A member that is not known is an error: it may be one that was meant otherwise.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PlanDescription))]
internal sealed partial class PlanJson : JsonSerializerContext
{
    private static readonly PlanJson s_readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    });

    internal static string Write(PlanDescription description) => JsonSerializer.Serialize(description, s_readable.PlanDescription);

    /// <exception cref="JsonException">It is no description.</exception>
    internal static PlanDescription Read(string json) => JsonSerializer.Deserialize(json, s_readable.PlanDescription) ?? throw new JsonException("it is null");
}
