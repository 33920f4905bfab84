using System.Text;
using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Backups;

/// <summary>What an archive has: its files, the timelines' histories, and how its WAL lies in files.</summary>
/// <param name="Archive">Where it is.</param>
/// <param name="Files">All files, by name; the same one twice is kept once.</param>
/// <param name="Histories">The text of each history file.</param>
/// <param name="Geometry">As the newest readable segment has it; PostgreSQL's defaults where there is none.</param>
/// <param name="Problems">What could not be read, as sentences.</param>
internal sealed record ArchiveContents(IWalArchive Archive, IReadOnlyDictionary<string, ArchivedFile> Files, IReadOnlyDictionary<int, string> Histories, WalGeometry Geometry, IReadOnlyList<string> Problems)
{
    private static readonly WalGeometry s_usual = new(16 << 20, 8192);

    internal IEnumerable<ArchivedFile> Segments => Files.Values.Where(f => f.IsSegment);

    internal static async Task<ArchiveContents> ReadAsync(IWalArchive archive, CancellationToken cancellationToken)
    {
        var files = (await archive.ListAsync(cancellationToken).ConfigureAwait(false)).GroupBy(f => f.Name, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.MaxBy(f => f.Size)!, StringComparer.Ordinal);
        Dictionary<int, string> histories = [];
        List<string> problems = [];
        foreach (var file in files.Values.Where(f => f.IsHistory))
        {
            try
            {
                histories[file.Timeline] = Encoding.UTF8.GetString(await archive.ReadAsync(file, null, cancellationToken).ConfigureAwait(false));
            }
            catch (InvalidDataException e)
            {
                problems.Add($"{file.Name} cannot be read: {e.Message}");
            }
        }

        return new(archive, files, histories, await GeometryOfAsync(archive, files.Values, cancellationToken).ConfigureAwait(false), problems);
    }

    private static async Task<WalGeometry> GeometryOfAsync(IWalArchive archive, IEnumerable<ArchivedFile> files, CancellationToken cancellationToken)
    {
        foreach (var file in files.Where(f => f.IsSegment).OrderByDescending(f => f.Name, StringComparer.Ordinal).Take(3))
        {
            try
            {
                var bytes = await archive.ReadAsync(file, SegmentHeader.Length, cancellationToken).ConfigureAwait(false);
                if (bytes.Length >= SegmentHeader.Length && SegmentHeader.Read(bytes) is { IsSound: true } header)
                    return new(header.SegmentSize, header.PageSize);
            }
            catch (InvalidDataException)
            {
                // The next one may do; that this one is damaged is told where segments are examined.
            }
        }

        return s_usual;
    }
}
