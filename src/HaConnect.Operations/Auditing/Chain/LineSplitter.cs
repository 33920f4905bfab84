namespace HaConnect.Operations.Auditing;

/// <summary>Takes bytes apart at their line feeds.</summary>
internal static class LineSplitter
{
    /// <summary>Each line without its line feed, and whether it has one: only the last may lack it.</summary>
    internal static IEnumerable<(ReadOnlyMemory<byte> Bytes, long Offset, bool IsEnded)> Split(ReadOnlyMemory<byte> bytes)
    {
        var offset = 0;
        while (offset < bytes.Length)
        {
            var length = bytes.Span[offset..].IndexOf((byte)'\n');
            yield return length < 0 ? (bytes[offset..], offset, false) : (bytes.Slice(offset, length), offset, true);
            offset = length < 0 ? bytes.Length : offset + length + 1;
        }
    }
}
