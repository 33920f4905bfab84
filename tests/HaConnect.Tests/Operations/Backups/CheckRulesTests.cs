using HaConnect.Operations;
using HaConnect.Operations.Backups;
using HaConnect.Operations.Rejoining;

namespace HaConnect.Tests.Operations.Backups;

/// <summary>What was not looked at is said, and not taken for sound.</summary>
public sealed class CheckRulesTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 27, 15, 0, 0, TimeSpan.Zero);
    private static readonly WalGeometry s_geometry = new(16 << 20, 8192);

    [Fact]
    public void Judge_ThePrimaryIsSilent_Warns()
    {
        Assert.Empty(Judge(Facts() with { NotAsked = "no connection to it was given." }));
        var finding = Assert.Single(Judge(Facts() with { Silent = "no node answers" }));
        Assert.Equal((CheckState.Warning, "primary"), (finding.State, finding.Subject));
        Assert.EndsWith("no node answers", finding.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_FilesWithoutChecksums_Warns() => Assert.Equal("b: 3 of 9 files", Assert.Single(Judge(Facts() with { Unverified = [("b", "3 of 9 files")] })).ToString());

    [Fact]
    public void Judge_AMissingHistoryBeforeALaterOne_IsCritical()
    {
        var coverage = WalCoverage.Of(new HashSet<string> { "000000010000000000000002", "000000040000000000000003" }, new Dictionary<int, string> { [2] = "1\t0/2000100\tx\n", [4] = "1\t0/2000100\tx\n2\t0/2000200\tx\n3\t0/2000300\tx\n" }, s_geometry, 1, 0x2000028);
        var findings = Judge(Facts() with { Backups = [new(new BaseBackup("b", "full", "plain"), coverage, null)] });
        Assert.Equal((CheckState.Critical, "00000003.history"), (Assert.Single(findings).State, findings[0].Subject));
    }

    [Fact]
    public async Task RunAsync_OffsiteWalWithoutTheArchive_IsRefused()
    {
        var options = new BackupCheckOptions { OffsiteWalFolder = "/elsewhere" };
        options.Repository.Folder = "/backups";
        Assert.Contains("Repository.WalFolder, which is not set", (await Assert.ThrowsAsync<ArgumentException>(() => BackupCheck.RunAsync(options, TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unverified_FilesWithoutAKnownChecksum_AreCounted()
    {
        var manifest = new BackupManifest([new("a", 1, null, "CRC32C", "0"), new("b", 1, null, "SHA224", "0"), new("c", 1, null, null, null)], 1, 0, 0, null);
        Assert.StartsWith("2 of 3 files were not verified but for their length: their checksums are of SHA224", ManifestCheck.Unverified(manifest, FileChecksum.IsKnown), StringComparison.Ordinal);
        Assert.StartsWith("1 of 3 files were not verified but for their length: their checksums are of no kind", ManifestCheck.Unverified(manifest, FileChecksum.IsKnownToPostgres), StringComparison.Ordinal);
        Assert.Null(ManifestCheck.Unverified(manifest with { Files = manifest.Files.Take(1).ToList() }, FileChecksum.IsKnown));
    }

    private static IReadOnlyList<BackupFinding> Judge(CheckFacts facts) => CheckRules.Judge(facts, new BackupCheckOptions());

    private static CheckFacts Facts() => new(s_now, "x", [new(new BaseBackup("b", "full", "plain") { FinishedAt = s_now.AddHours(-1) }, null, null)], s_geometry);
}
