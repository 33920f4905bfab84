namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>What a disk, or a copy that broke off, does to a file.</summary>
internal static class FileDamage
{
    internal static void Flip(string file, long offset)
    {
        using var stream = File.Open(file, FileMode.Open);
        stream.Position = offset;
        var old = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)(old ^ 0x10));
    }

    internal static void Truncate(string file, long length)
    {
        using var stream = File.Open(file, FileMode.Open);
        stream.SetLength(length);
    }
}
