using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HaConnect.Operations.Integrity;

/// <summary>Reports and journals as JSON; made at compile time.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ReportJson))]
[JsonSerializable(typeof(JournalLine))]
[JsonSerializable(typeof(OutcomeJson))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class VerificationJson : JsonSerializerContext
{
    internal const int SchemaVersion = 1;

    private static readonly VerificationJson s_readable = Make(isIndented: true);

    internal static VerificationJson Compact { get; } = Make(isIndented: false);

    internal static string Write(VerificationReport report) => JsonSerializer.Serialize(Integrity.ReportJson.Of(report), s_readable.ReportJson);

    // It goes into a file, not into a page: people read the values in it.
    private static VerificationJson Make(bool isIndented) => new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = isIndented,
        Converters =
        {
            new JsonStringEnumConverter<RowDifferenceKind>(JsonNamingPolicy.CamelCase),
            new JsonStringEnumConverter<VerificationNoteKind>(JsonNamingPolicy.CamelCase),
            new JsonStringEnumConverter<VerificationVerdict>(JsonNamingPolicy.CamelCase),
        },
    });
}
