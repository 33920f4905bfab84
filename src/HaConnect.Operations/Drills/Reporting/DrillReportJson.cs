using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HaConnect.Operations.Drills.Reporting;

/// <summary>Findings as JSON; made at compile time.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(DrillFindings))]
internal sealed partial class DrillReportJson : JsonSerializerContext
{
    // It goes into a file or a terminal, not into a page: people read the names in it.
    private static readonly DrillReportJson s_readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter<DrillKind>(JsonNamingPolicy.CamelCase) },
    });

    internal static string Write(DrillFindings findings) => JsonSerializer.Serialize(findings, s_readable.DrillFindings);
}
