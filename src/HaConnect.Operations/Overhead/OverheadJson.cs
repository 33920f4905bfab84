using System.Text.Json.Serialization;

namespace HaConnect.Operations;

/// <summary>Made at compile time, so that it works where the code is compiled ahead of time, too.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(OverheadDocument))]
internal sealed partial class OverheadJson : JsonSerializerContext;
