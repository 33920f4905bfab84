using System.Text.Json;

namespace HaConnect.Operations.Auditing;

/// <summary>
/// A small file beside the segments that says how far the chain goes: without it nobody could tell that its end was cut off. It is written after
/// the lines, so that lines behind it are well, and lines that lack are not.
/// </summary>
internal static class HeadFile
{
    internal const string Name = "audit.head";

    /// <summary>Null where there is none; with a problem where there is one that says nothing.</summary>
    internal static (AuditHead? Head, string? Problem) Read(string folder)
    {
        try
        {
            var head = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, Name)), AuditLineJson.ForPeople.AuditHead);
            return head is { Chain.Length: > 0, Seq: >= 0, Hash.Length: LineCodec.HashLength } ? (head, null) : (null, "it does not name a record");
        }
        catch (FileNotFoundException)
        {
            return (null, null);
        }
        catch (JsonException e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>Replaces it as a whole: whoever reads it gets one or the other.</summary>
    internal static void Write(string folder, AuditHead head)
    {
        var path = Path.Combine(folder, Name);
        using (var file = File.OpenHandle(path + ".new", FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, JsonSerializer.SerializeToUtf8Bytes(head, AuditLineJson.ForPeople.AuditHead), 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(path + ".new", path, overwrite: true);
    }
}
