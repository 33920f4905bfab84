using System.Globalization;
using HaConnect.Operations.Auditing;

namespace HaConnect.Operations;

/// <summary>Writes audit records for other programs.</summary>
public static class AuditExport
{
    private static readonly string[] s_columns = ["chain", "seq", "at", "cluster", "coordinator", "term", "kind", "step", "node", "sentence", "by", "before", "after", "duration_seconds", "data", "hash"];

    /// <summary>One JSON object a line, just as it was written: each can still be verified by its hash.</summary>
    /// <param name="entries">The records.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteJsonLinesAsync(IEnumerable<AuditEntry> entries, TextWriter writer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(writer);
        foreach (var entry in entries)
        {
            await writer.WriteAsync(entry.Json.AsMemory(), cancellationToken).ConfigureAwait(false);
            await writer.WriteAsync("\n".AsMemory(), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// CSV as in RFC 4180, with a header; times in UTC. A cell that a spreadsheet would take for a formula begins with an apostrophe, since a
    /// sentence can hold what a server or a person said.
    /// </summary>
    /// <param name="entries">The records.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteCsvAsync(IEnumerable<AuditEntry> entries, TextWriter writer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(writer);
        await writer.WriteAsync((string.Join(',', s_columns) + "\r\n").AsMemory(), cancellationToken).ConfigureAwait(false);
        foreach (var entry in entries)
            await writer.WriteAsync((string.Join(',', CellsOf(entry).Select(CsvCell.Of)) + "\r\n").AsMemory(), cancellationToken).ConfigureAwait(false);
    }

    private static string?[] CellsOf(AuditEntry entry)
    {
        var r = entry.Record;
        return
        [
            entry.Chain, Number(entry.Seq), r.At.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture), r.Cluster, r.Coordinator, Number(r.Term), r.Kind.ToString(), r.Step, r.Node,
            r.Sentence, r.By, r.Before, r.After, r.Duration?.TotalSeconds.ToString("0.0######", CultureInfo.InvariantCulture), r.Data, entry.Hash,
        ];
    }

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
