using System.Runtime.InteropServices;
using System.Text;

namespace HaConnect.Testing.Processes;

/// <summary>The few calls of the C library that .NET does not offer.</summary>
internal static partial class LibC
{
    public const int NoSuchProcess = 3;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int KillCall(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int ChownCall(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint ReadLinkCall(string path, Span<byte> buffer, nint size);

    /// <summary>Sends a signal; a process that is gone already is no error, for it may leave at any moment.</summary>
    public static void Signal(int pid, UnixSignal signal)
    {
        if (KillCall(pid, signal.Number()) != 0 && Marshal.GetLastPInvokeError() != NoSuchProcess)
            throw new PostgresClusterException($"Signal {signal} to process {pid} failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public static void Chown(string path, uint user, uint group)
    {
        if (ChownCall(path, user, group) != 0)
            throw new PostgresClusterException($"chown {user}:{group} {path} failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <returns>Where the link points, or null if it cannot be read (a process of another user, or one that is gone).</returns>
    public static string? ReadLink(string path)
    {
        Span<byte> buffer = stackalloc byte[4096];
        nint length = ReadLinkCall(path, buffer, buffer.Length);
        return length < 0 ? null : Encoding.UTF8.GetString(buffer[..(int)length]);
    }
}
