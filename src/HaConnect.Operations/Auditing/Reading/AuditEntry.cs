namespace HaConnect.Operations;

/// <summary>A record of a chain, with its place there.</summary>
/// <param name="Chain">The chain's id.</param>
/// <param name="Seq">Its number in the chain, from 1.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Record">What it tells.</param>
/// <param name="IsUpkeep">Whether it tells of the chain itself: a seal, a removal, a recovery.</param>
/// <param name="Json">The line as it was written, by which it can be verified.</param>
public sealed record AuditEntry(string Chain, long Seq, string Hash, AuditRecord Record, bool IsUpkeep, string Json)
{
    internal static AuditEntry? Of(ReadOnlySpan<byte> bytes) => LineOf(Auditing.LineCodec.Read(bytes), bytes);

    private static AuditEntry? LineOf(Auditing.LineReading reading, ReadOnlySpan<byte> bytes) => reading.Line is { } line
        ? new AuditEntry(line.Chain, line.Seq, reading.Hash, line.ToRecord(), line.Upkeep is not null, System.Text.Encoding.UTF8.GetString(bytes))
        : null;
}
