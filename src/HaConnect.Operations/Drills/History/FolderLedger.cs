using HaConnect.Operations.Auditing;

namespace HaConnect.Operations.Drills.History;

/// <summary>From folders of audit trails. They are read anew only once a file of theirs has changed.</summary>
internal sealed class FolderLedger(IEnumerable<string> folders) : ILedgerSource
{
    private readonly string[] _folders = [.. folders];
    private (string Path, long Length)[]? _files;
    private DrillLedger? _ledger;

    public Task<DrillLedger> ReadAsync(CancellationToken cancellationToken) => Task.Run(Read, cancellationToken);

    /// <summary>For one caller at a time.</summary>
    internal DrillLedger Read()
    {
        // What is in the files is only added to, or removed with its file.
        (string, long)[] files = [.. _folders.SelectMany(SegmentFile.List).Select(s => new FileInfo(s.Path)).Where(f => f.Exists).Select(f => (f.FullName, f.Length))];
        if (_ledger is null || _files is null || !files.SequenceEqual(_files))
            (_ledger, _files) = (DrillLedger.Of(AuditReader.ReadFolders(_folders, new AuditFilter { IncludesUpkeep = true })), files);
        return _ledger;
    }
}
