using System.Text.Json;
using System.Text.Json.Serialization;

namespace HaConnect.Operations.Auditing;

/// <summary>How lines and heads are put into JSON, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditLine))]
[JsonSerializable(typeof(AuditHead))]
internal sealed partial class AuditLineJson : JsonSerializerContext
{
    /// <summary>Sentences have quotes and arrows, which people read; a line is never put into a page.</summary>
    internal static AuditLineJson ForPeople { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
