using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>An index that was damaged at the primary before it was backed up: every file fits its checksum and every table can be read, and pg_amcheck finds it in the copy.</summary>
public sealed class CorruptIndexTests : ClusterTest
{
    [Fact]
    public async Task RunAsync_IndexOutOfOrderSinceBeforeTheBackup_IsNamedByTheDrill()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(BackedUpCluster.ProgramDirectory, "pg_amcheck")), $"pg_amcheck is not in {BackedUpCluster.ProgramDirectory}.");
        var without = BackedUpCluster.Options();
        without.DataChecksums = false;
        await using var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(without));
        var node = its.Cluster["n1"];
        Assert.SkipUnless(await node.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'amcheck')", Cancelled), "The extension amcheck is not installed.");
        await node.ExecuteAsync("CREATE EXTENSION amcheck", Cancelled);
        await its.TakeAsync("sound");
        await its.WriteAndArchiveAsync();

        var sound = await BackupDrill.RunAsync(its.Drill(), Cancelled);

        Assert.True(sound.Passed, sound.ToMarkdown());
        Assert.Empty(sound.Findings);
        Assert.DoesNotContain(sound.Notes, n => n.Contains("amcheck", StringComparison.Ordinal));

        var index = Path.Combine(node.DataDirectory, (await node.ScalarAsync<string>("SELECT pg_relation_filepath('story_line_idx')", Cancelled))!);
        var hasChecksums = await node.ScalarAsync<string>("SHOW data_checksums", Cancelled) == "on"; // initdb's default from PostgreSQL 18 on
        await node.StopAsync(cancellationToken: Cancelled);
        if (hasChecksums)
            await its.Programs.RunToSuccessAsync("pg_checksums", ["--disable", "-D", node.DataDirectory], null, its.Root, Cancelled);
        SwapTwoOfTheFirstLeaf(index);
        await node.StartAsync(Cancelled);
        await its.TakeAsync("hurt");
        await its.WriteAndArchiveAsync();
        var check = its.Check();
        check.VerifiesFiles = true;
        Assert.Equal(CheckState.Ok, (await BackupCheck.RunAsync(check, Cancelled)).State);

        var hurt = await BackupDrill.RunAsync(its.Drill(), Cancelled);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("\n", hurt.Findings));
        Assert.False(hurt.Passed);
        var finding = Assert.Single(hurt.Findings);
        Assert.Equal((CheckState.Critical, "postgres"), (finding.State, finding.Subject));
        Assert.Contains("story_line_idx", finding.Problem, StringComparison.Ordinal);
        Assert.True(hurt.IsProven, hurt.Proof); // all else is as it should be
        await its.RequireNothingLeftAsync();
    }

    /// <summary>Line pointers 2 and 3 of block 1, behind the page's header of 24 bytes and the high key's pointer. Source: PostgreSQL's bufpage.h and nbtree.h.</summary>
    private static void SwapTwoOfTheFirstLeaf(string index)
    {
        using var stream = File.Open(index, FileMode.Open);
        stream.Position = 8192 + 24 + 4;
        var pointers = new byte[8];
        stream.ReadExactly(pointers);
        stream.Position -= pointers.Length;
        stream.Write([.. pointers[4..], .. pointers[..4]]);
    }
}
