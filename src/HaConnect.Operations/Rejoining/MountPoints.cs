namespace HaConnect.Operations.Rejoining;

/// <summary>Folders that are a file system of their own, and so can be neither moved nor removed. Known on Linux only. Source: proc(5), mountinfo.</summary>
internal static class MountPoints
{
    private const string List = "/proc/self/mountinfo";

    internal static bool Contains(string path)
    {
        if (!File.Exists(List) || !Directory.Exists(path))
            return false;
        var real = Path.TrimEndingDirectorySeparator(new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path));
        return File.ReadLines(List).Select(l => l.Split(' ')).Any(f => f.Length > 4 && Unescaped(f[4]) == real);
    }

    private static string Unescaped(string name) => name.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
}
