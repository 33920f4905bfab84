namespace HaConnect.Operations.Backups;

/// <summary>Waits for segments that are just being copied into an archive: <c>cp</c> has a name there long before it has all of the file.</summary>
internal sealed class SettledArchive(IWalArchive archive, TimeProvider time)
{
    /// <summary>A file that has not grown for so long is taken as it is.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>What there is, looked at again for as long as what came last is not whole and grows.</summary>
    internal async Task<ArchiveContents> ReadAsync(CancellationToken cancellationToken)
    {
        var contents = await ArchiveContents.ReadAsync(archive, cancellationToken).ConfigureAwait(false);
        while (contents.Segments.MaxBy(s => s.Written) is { } last && !await IsWholeAsync(contents, last, cancellationToken).ConfigureAwait(false))
        {
            await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
            var before = contents;
            contents = await ArchiveContents.ReadAsync(archive, cancellationToken).ConfigureAwait(false);
            if (contents.Files.GetValueOrDefault(last.Name)?.Size == before.Files[last.Name].Size)
                break;
        }

        return contents;
    }

    private static async Task<bool> IsWholeAsync(ArchiveContents contents, ArchivedFile file, CancellationToken cancellationToken) => file.Suffix.Length == 0 ? file.Size == contents.Geometry.SegmentSize
        : (await SegmentExamination.ExamineAsync(contents, [file], null, cancellationToken).ConfigureAwait(false)).Count == 0;

    /// <summary>Whether a segment is there as a whole: one that is compressed, which may be of any length, where its length is that of the last look.</summary>
    /// <param name="name">The segment.</param>
    /// <param name="lastSize">Of the last look; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>That, and its length now, or null where it is not there.</returns>
    internal async Task<(bool IsWhole, long? Size)> LookAsync(string name, long? lastSize, CancellationToken cancellationToken)
    {
        if ((await archive.ListAsync(cancellationToken).ConfigureAwait(false)).Where(f => f.Name == name).MaxBy(f => f.Size) is not { } file)
            return (false, null);
        if (file.Suffix.Length > 0)
            return (file.Size > 0 && file.Size == lastSize, file.Size);
        var header = await archive.ReadAsync(file, SegmentHeader.Length, cancellationToken).ConfigureAwait(false);
        return (header.Length >= SegmentHeader.Length && SegmentHeader.Read(header) is { IsSound: true } read && read.SegmentSize == file.Size, file.Size);
    }
}
