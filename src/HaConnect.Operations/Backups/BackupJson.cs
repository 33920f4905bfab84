using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HaConnect.Operations.Backups;

/// <summary>Reports as JSON; made at compile time.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(BackupCheckReport))]
[JsonSerializable(typeof(BackupDrillReport))]
internal sealed partial class BackupJson : JsonSerializerContext
{
    internal static BackupJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // for terminals and files, not for pages
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter<CheckState>(JsonNamingPolicy.CamelCase) },
    });
}
