using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace HaConnect.Operations.Auditing;

/// <summary>
/// A line is <c>{…,"hash":"…"}</c>. The hash is SHA-256 over the bytes before <c>,"hash"</c>, just as they stand: what is verified is never put
/// into JSON anew, and any tool can do it.
/// </summary>
internal static class LineCodec
{
    internal const string NoHash = "0000000000000000000000000000000000000000000000000000000000000000";
    internal const int HashLength = 64;

    private static ReadOnlySpan<byte> BeforeHash => ",\"hash\":\""u8;

    private static ReadOnlySpan<byte> AfterHash => "\"}"u8;

    /// <summary>The line with its line feed, and its hash.</summary>
    internal static (byte[] Bytes, string Hash) Encode(AuditLine line)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(Clean(line), AuditLineJson.ForPeople.AuditLine);
        var body = json.AsSpan(0, json.Length - 1); // its closing brace comes behind the hash
        var hash = HashOf(body);
        return ([.. body, .. BeforeHash, .. Encoding.ASCII.GetBytes(hash), .. AfterHash, (byte)'\n'], hash);
    }

    /// <summary>A line without its line feed.</summary>
    internal static LineReading Read(ReadOnlySpan<byte> bytes)
    {
        var bodyLength = bytes.Length - BeforeHash.Length - HashLength - AfterHash.Length;
        if (bodyLength <= 0 || !bytes.EndsWith(AfterHash) || !bytes[bodyLength..].StartsWith(BeforeHash))
            return LineReading.Unreadable("it is not of the form of a record");
        var body = bytes[..bodyLength];
        var stated = Encoding.ASCII.GetString(bytes.Slice(bodyLength + BeforeHash.Length, HashLength));
        AuditLine? line;
        try
        {
            byte[] json = [.. body, (byte)'}'];
            line = JsonSerializer.Deserialize(json, AuditLineJson.ForPeople.AuditLine);
        }
        catch (JsonException e)
        {
            return LineReading.Unreadable(e.Message);
        }

        return line is null ? LineReading.Unreadable("it is null") : new LineReading(line, stated, HashOf(body) == stated, null);
    }

    internal static string HashOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    /// <summary>PostgreSQL's jsonb takes no NUL, and nothing that HaConnect says has one.</summary>
    private static AuditLine Clean(AuditLine line) => !HasNul(line.Sentence) && !HasNul(line.By) && !HasNul(line.Before) && !HasNul(line.After) && !HasNul(line.Data) && !HasNul(line.Step) && !HasNul(line.Node) && !HasNul(line.Cluster) && !HasNul(line.Coordinator)
        ? line
        : line with
        {
            Sentence = Without(line.Sentence)!,
            By = Without(line.By),
            Before = Without(line.Before),
            After = Without(line.After),
            Data = Without(line.Data),
            Step = Without(line.Step)!,
            Node = Without(line.Node),
            Cluster = Without(line.Cluster)!,
            Coordinator = Without(line.Coordinator)!,
        };

    private static bool HasNul(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true;

    private static string? Without(string? text) => text?.Replace('\0', '\uFFFD');
}
