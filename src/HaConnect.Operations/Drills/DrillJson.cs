using System.Text.Json.Serialization;

namespace HaConnect.Operations.Drills;

/// <summary>Outcomes as they stand in audit records; made at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(DrillOutcome))]
internal sealed partial class DrillJson : JsonSerializerContext;
