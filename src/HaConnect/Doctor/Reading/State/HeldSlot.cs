using System.Text.Json;

namespace HaConnect.Doctor;

/// <summary>A replication slot, and what it costs the node that has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsLogical">Else physical.</param>
/// <param name="IsActive">Somebody streams from it.</param>
/// <param name="WalStatus">reserved, extended, unreserved or lost; null where it keeps nothing.</param>
/// <param name="Safe">Bytes that can still be written before it is lost; null where nothing bounds it.</param>
/// <param name="Kept">Bytes of WAL between what it still needs and now; null where it keeps nothing.</param>
internal sealed record HeldSlot(string Name, bool IsLogical, bool IsActive, string? WalStatus, long? Safe, long? Kept)
{
    internal static HeldSlot From(JsonElement row) => new(row[0].GetString()!, row[1].GetBoolean(), row[2].GetBoolean(), row[3].GetString(), Number(row[4]), Number(row[5]));

    private static long? Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? (long)value.GetDouble() : null;
}
