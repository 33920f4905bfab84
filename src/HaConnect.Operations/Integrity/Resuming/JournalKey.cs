using System.Text.Json;

namespace HaConnect.Operations.Integrity;

/// <summary>A bound as a key of the journal.</summary>
internal static class JournalKey
{
    internal static string Of(IReadOnlyList<string> bound) => JsonSerializer.Serialize([.. bound], VerificationJson.Compact.StringArray);
}
