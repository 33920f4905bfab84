using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using HaConnect.Cli.Acting;
using HaConnect.Cli.Drilling.History;
using HaConnect.Cli.Planning;
using HaConnect.Cli.Seeing;
using HaConnect.Cli.Verifying;
using HaConnect.Operations;

namespace HaConnect.Cli.Output;

/// <summary>What is printed as JSON; made at compile time, so that it works without a compiler at hand.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(ExplainDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(WatchLine))]
[JsonSerializable(typeof(ActDocument))]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(PlanVerificationDocument))]
[JsonSerializable(typeof(DrillHistoryDocument))]
[JsonSerializable(typeof(VerifyDocument))]
internal sealed partial class ToolJson : JsonSerializerContext
{
    // It goes to a terminal or a file, not into a page: people read the names in it.
    private static readonly ToolJson s_readable = Make(isIndented: true);
    private static readonly ToolJson s_line = Make(isIndented: false);

    internal static void Write<T>(TextWriter output, T value, Func<ToolJson, JsonTypeInfo<T>> type) => output.WriteLine(JsonSerializer.Serialize(value, type(s_readable)));

    internal static void WriteLine<T>(TextWriter output, T value, Func<ToolJson, JsonTypeInfo<T>> type) => output.WriteLine(JsonSerializer.Serialize(value, type(s_line)));

    private static ToolJson Make(bool isIndented) => new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = isIndented,
        Converters =
        {
            new JsonStringEnumConverter<FindingSeverity>(JsonNamingPolicy.CamelCase), new JsonStringEnumConverter<RowDifferenceKind>(JsonNamingPolicy.CamelCase),
            new JsonStringEnumConverter<VerificationNoteKind>(JsonNamingPolicy.CamelCase), new JsonStringEnumConverter<VerificationVerdict>(JsonNamingPolicy.CamelCase),
        },
    });
}
