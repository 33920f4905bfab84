namespace HaConnect.Operations.Auditing;

/// <summary>Keeps a second process from writing the same chain. The operating system gives it back when the process ends, however that is.</summary>
internal static class FolderLock
{
    private const string Name = "audit.lock";

    /// <exception cref="IOException">Another process holds it, or the folder cannot be written.</exception>
    internal static FileStream Take(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, Name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new IOException($"The audit folder {folder} is in use: a chain has one writer. Give each process a folder of its own; AuditReader reads several as one story. ({e.Message})", e);
        }
    }
}
