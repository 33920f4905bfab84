using System.Globalization;

namespace HaConnect.Operations.Auditing;

/// <summary>A file with some of a chain's lines; their numbers are the order.</summary>
internal sealed record SegmentFile(string Path, int Number)
{
    private const string Prefix = "audit-";
    private const string Suffix = ".jsonl";

    internal string Name => System.IO.Path.GetFileName(Path);

    internal static SegmentFile Of(string folder, int number) => new(System.IO.Path.Combine(folder, NameOf(number)), number);

    internal static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D8}{Suffix}");

    /// <summary>Those of a folder, in their order.</summary>
    internal static IReadOnlyList<SegmentFile> List(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, Prefix + "*" + Suffix)
            .Select(path => (path, number: System.IO.Path.GetFileName(path)[Prefix.Length..^Suffix.Length]))
            .Where(f => int.TryParse(f.number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(f => new SegmentFile(f.path, int.Parse(f.number, CultureInfo.InvariantCulture)))
            .OrderBy(f => f.Number),
    ];

    /// <summary>Also while a process writes it, or removes it afterwards.</summary>
    internal byte[] ReadAll()
    {
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
