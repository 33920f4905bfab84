using HaConnect.Operations.Rejoining;

namespace HaConnect.Tests.Operations;

/// <summary>A data folder that is a mount point is replaced entry by entry. Wherever that is interrupted, a repetition comes out at one of two whole folders.</summary>
public sealed class FolderSwapTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("haconnect-swap-").FullName;

    private string Old => Path.Combine(_path, FolderSwap.Old);

    private string New => Path.Combine(_path, FolderSwap.New);

    [Fact]
    public void Run_InterruptedAnywhere_LeavesTheOldOrTheNewFolderWhole()
    {
        var steps = 0;
        SetUp();
        new FolderSwap(_path, Old, New, isMountPoint: true) { BeforeStep = () => steps++ }.Run();
        AssertReplaced();
        Assert.True(steps > 8, $"{steps} steps");

        for (var last = 1; last <= steps; last++)
        {
            SetUp();
            var left = last;
            var swap = new FolderSwap(_path, Old, New, isMountPoint: true) { BeforeStep = () => _ = --left == 0 ? throw new IOException("interrupted") : 0 };
            Assert.Throws<IOException>(swap.Run);
            Assert.True(!File.Exists(Path.Combine(_path, "PG_VERSION")) || IsWhole("old") || IsWhole("new"), $"half a folder could be started after step {last}");

            // The repetition can be interrupted as well.
            for (var again = 1; again <= steps; again++)
            {
                left = again;
                try
                {
                    swap.Recover();
                    break;
                }
                catch (IOException)
                {
                    // once more
                }
            }

            if (IsWhole("old"))
            {
                Assert.False(Directory.Exists(Old), $"after step {last} the old folder was taken back, and some of it was left");
                left = int.MaxValue;
                swap.Run();
            }

            AssertReplaced();
        }
    }

    [Fact]
    public void Run_OrdinaryFolder_IsMoved()
    {
        var folder = Path.Combine(_path, "data");
        Fill(folder, "old");
        Fill(folder + FolderSwap.New, "new");
        var swap = new FolderSwap(folder, folder + FolderSwap.Old, folder + FolderSwap.New, isMountPoint: false);
        swap.Run();
        Assert.Equal(("new", "old"), (File.ReadAllText(Path.Combine(folder, "PG_VERSION")), File.ReadAllText(Path.Combine(folder + FolderSwap.Old, "PG_VERSION"))));

        // Interrupted between the two moves.
        Directory.Move(folder, folder + FolderSwap.New);
        swap.Recover();
        Assert.Equal("old", File.ReadAllText(Path.Combine(folder, "PG_VERSION")));
        Assert.False(Directory.Exists(folder + FolderSwap.Old));
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);

    private void SetUp()
    {
        foreach (var entry in Directory.EnumerateDirectories(_path))
            Directory.Delete(entry, recursive: true);
        Fill(_path, "old");
        Fill(New, "new");
    }

    private static void Fill(string folder, string what)
    {
        Directory.CreateDirectory(Path.Combine(folder, "base"));
        foreach (var file in (string[])["PG_VERSION", "a", "b", "base/1"])
            File.WriteAllText(Path.Combine(folder, file), what);
    }

    private bool IsWhole(string what) => Array.TrueForAll((string[])["PG_VERSION", "a", "b", "base/1"], f => File.Exists(Path.Combine(_path, f)) && File.ReadAllText(Path.Combine(_path, f)) == what);

    private void AssertReplaced()
    {
        Assert.True(IsWhole("new"));
        Assert.False(Directory.Exists(New));
        Assert.Equal("old", File.ReadAllText(Path.Combine(Old, "base/1")));
        Assert.Equal("old", File.ReadAllText(Path.Combine(Old, "PG_VERSION")));
    }
}
