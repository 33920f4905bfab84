using HaConnect.Operations.Auditing;

namespace HaConnect.Operations;

/// <summary>
/// Reads audit trails. It verifies nothing: <see cref="AuditVerifier"/> does, and what is no record is left out here.
/// </summary>
public static class AuditReader
{
    /// <summary>Reads a folder, record by record; a process may be writing it.</summary>
    /// <param name="folder">The folder of an <see cref="AuditFile"/>.</param>
    /// <param name="filter">Which records are wanted; null for all but those of the chain itself.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IEnumerable<AuditEntry> ReadFolder(string folder, AuditFilter? filter = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        filter ??= new AuditFilter();
        return AllOf(SegmentFile.List(folder)).Where(filter.Accepts);
    }

    /// <summary>Reads the folders of several instances as one story; see <see cref="Merge"/> for its order.</summary>
    /// <param name="folders">The folders.</param>
    /// <param name="filter">Which records are wanted; null for all but those of the chains themselves.</param>
    /// <exception cref="DirectoryNotFoundException">One of the folders is not there.</exception>
    public static IEnumerable<AuditEntry> ReadFolders(IEnumerable<string> folders, AuditFilter? filter = null)
    {
        ArgumentNullException.ThrowIfNull(folders);
        filter ??= new AuditFilter();
        return Merge([.. folders.Select(f => AllOf(SegmentFile.List(f)))]).Where(filter.Accepts); // filtered afterwards: what is not wanted tells the order all the same
    }

    /// <summary>
    /// Makes one story of several chains. Each chain keeps its own order. Between chains the earlier record comes first, by the clocks of those who
    /// told them; but what a coordinator decided or did in a later term comes after what another one decided or did in an earlier term,
    /// whatever their clocks say. At the same time the chain's id decides.
    /// </summary>
    /// <param name="chains">The records of each chain, in its order.</param>
    public static IEnumerable<AuditEntry> Merge(params IReadOnlyList<IEnumerable<AuditEntry>> chains)
    {
        ArgumentNullException.ThrowIfNull(chains);
        return StoryMerge.Run(chains);
    }

    private static IEnumerable<AuditEntry> AllOf(IReadOnlyList<SegmentFile> segments)
    {
        foreach (var segment in segments)
        {
            byte[] bytes;
            try
            {
                bytes = segment.ReadAll();
            }
            catch (FileNotFoundException)
            {
                continue; // retention has just removed it
            }

            foreach (var (line, _, isEnded) in LineSplitter.Split(bytes))
            {
                if (isEnded && AuditEntry.Of(line.Span) is { } entry)
                    yield return entry;
            }
        }
    }
}
