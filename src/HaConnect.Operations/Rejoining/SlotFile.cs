using System.Buffers.Binary;
using System.Text;

namespace HaConnect.Operations.Rejoining;

/// <summary>A replication slot of a stopped server. Source: PostgreSQL's slot.c, ReplicationSlotOnDisk; its beginning is the same from PostgreSQL 13 to 18.</summary>
internal sealed record SlotFile(string Name, bool IsLogical)
{
    private const int NameAt = 16;
    private const int NameLength = 64;
    private const int DatabaseAt = NameAt + NameLength; // 0 for a physical slot
    private const int PersistencyAt = DatabaseAt + sizeof(uint); // 0 where it outlives its session

    internal static IReadOnlyList<SlotFile> ReadAll(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).Select(d => Read(Path.Combine(d, "state"))).OfType<SlotFile>()] : [];

    internal static string Format(IEnumerable<SlotFile> slots) => string.Concat(slots.Select(s => $"{(s.IsLogical ? "logical" : "physical")} {s.Name}\n"));

    internal static IReadOnlyList<SlotFile> Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 2)).Select(p => new SlotFile(p[1], p[0] == "logical"))];

    private static SlotFile? Read(string file)
    {
        var bytes = File.Exists(file) ? File.ReadAllBytes(file) : [];
        if (bytes.Length < PersistencyAt + sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(PersistencyAt)) != 0)
            return null;
        var name = bytes.AsSpan(NameAt, NameLength);
        return new(Encoding.ASCII.GetString(name[..Math.Max(0, name.IndexOf((byte)0))]), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(DatabaseAt)) != 0);
    }
}
