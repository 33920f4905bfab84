using System.Globalization;

namespace HaConnect.Operations.Backups;

/// <summary>Whether segments are what their names say: as long as a segment is, and with the header of their place.</summary>
internal static class SegmentExamination
{
    /// <summary>A problem of each that has one, as the end of a sentence that begins with its name.</summary>
    internal static async Task<IReadOnlyList<(string Name, string Problem)>> ExamineAsync(ArchiveContents contents, IEnumerable<ArchivedFile> segments, ulong? systemIdentifier, CancellationToken cancellationToken)
    {
        List<(string, string)> problems = [];
        foreach (var segment in segments)
        {
            if (await ProblemOfAsync(contents, segment, systemIdentifier, cancellationToken).ConfigureAwait(false) is { } problem)
                problems.Add((segment.Name, problem));
        }

        return problems;
    }

    private static async Task<string?> ProblemOfAsync(ArchiveContents contents, ArchivedFile segment, ulong? systemIdentifier, CancellationToken cancellationToken)
    {
        var (size, geometry) = (segment.Size, contents.Geometry);
        try
        {
            // How long it really is, a compressed one tells only when it is read.
            var isPlain = segment.Suffix.Length == 0;
            var bytes = await contents.Archive.ReadAsync(segment, isPlain ? SegmentHeader.Length : null, cancellationToken).ConfigureAwait(false);
            if (!isPlain)
                size = bytes.Length;
            if (size != geometry.SegmentSize)
                return string.Create(CultureInfo.InvariantCulture, $"has {size} bytes instead of {geometry.SegmentSize}");
            return SegmentHeader.Read(bytes).ProblemOf(segment.Name, geometry, systemIdentifier);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {e.Message}";
        }
    }
}
