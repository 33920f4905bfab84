using Microsoft.Win32.SafeHandles;

namespace HaConnect.Operations.Rejoining;

/// <summary>The WAL in a data folder of this host, of a server that is stopped.</summary>
internal sealed class LocalWalFiles(string folder) : IWalFiles, IDisposable
{
    private (string Name, SafeFileHandle? Handle) _open = ("", null);

    public Task<byte[]?> ReadAsync(string file, int offset, int length, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_open.Name != file)
        {
            _open.Handle?.Dispose();
            var path = Path.Combine(folder, file);
            _open = (file, File.Exists(path) ? File.OpenHandle(path) : null);
        }

        if (_open.Handle is not { } handle)
            return Task.FromResult<byte[]?>(null);
        var bytes = new byte[length];
        for (var read = 0; read < length;)
        {
            var more = RandomAccess.Read(handle, bytes.AsSpan(read), offset + read);
            if (more == 0)
                return Task.FromResult<byte[]?>(null);
            read += more;
        }

        return Task.FromResult<byte[]?>(bytes);
    }

    public void Dispose() => _open.Handle?.Dispose();
}
