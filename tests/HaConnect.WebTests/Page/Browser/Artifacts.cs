namespace HaConnect.WebTests.Page.Browser;

/// <summary>The folder <c>artifacts</c> of the repository, which this project is built in.</summary>
internal static class Artifacts
{
    internal static string Folder { get; } = Path.Combine(RootOf(new DirectoryInfo(AppContext.BaseDirectory)).FullName, "artifacts");

    internal static string Screenshot(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "screenshots"));
        return Path.Combine(folder.FullName, $"{name}.png");
    }

    private static DirectoryInfo RootOf(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "HaConnect.sln")) ? folder : RootOf(folder.Parent ?? throw new InvalidOperationException("HaConnect.sln is in no folder above."));
}
