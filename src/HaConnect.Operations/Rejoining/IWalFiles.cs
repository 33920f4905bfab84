namespace HaConnect.Operations.Rejoining;

/// <summary>The files of WAL that a server has.</summary>
internal interface IWalFiles
{
    /// <summary>Null where it has no such file (any more), or not so much of it.</summary>
    Task<byte[]?> ReadAsync(string file, int offset, int length, CancellationToken cancellationToken);
}
