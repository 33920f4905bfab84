namespace HaConnect.Operations.Backups;

/// <summary>Where archived WAL is.</summary>
internal interface IWalArchive
{
    /// <summary>All of its files.</summary>
    Task<IReadOnlyList<ArchivedFile>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The file as the server had it, whatever the archive made of it.</summary>
    /// <exception cref="InvalidDataException">It cannot be read; the message says why.</exception>
    Task<byte[]> ReadAsync(ArchivedFile file, int? atMost, CancellationToken cancellationToken);
}
