using System.Buffers.Binary;
using System.IO.Compression;
using HaConnect.Operations.Backups;

namespace HaConnect.Tests.Operations.Backups;

/// <summary>Segments that are just being copied into an archive.</summary>
public sealed class SettledArchiveTests
{
    private const string Segment = "000000010000000000000005";
    private const int Whole = 16 << 20;

    [Fact]
    public async Task ReadAsync_ASegmentThatGrows_IsWaitedForUntilItIsWhole()
    {
        var archive = new GrowingArchive("", 0, 8 << 20, Whole, Whole);
        Assert.Equal(Whole, Assert.Single((await new SettledArchive(archive, new HurriedTime()).ReadAsync(TestContext.Current.CancellationToken)).Segments).Size);
    }

    [Fact]
    public async Task ReadAsync_AShortSegmentThatDoesNotGrow_IsTakenAsItIs()
    {
        var archive = new GrowingArchive("", 1 << 20, 8 << 20, 8 << 20, Whole);
        Assert.Equal(8 << 20, Assert.Single((await new SettledArchive(archive, new HurriedTime()).ReadAsync(TestContext.Current.CancellationToken)).Segments).Size);
    }

    [Fact]
    public async Task LookAsync_ByItsNameAlone_IsNotWhole()
    {
        var archive = new SettledArchive(new GrowingArchive("", 0, 8 << 20, Whole, Whole), TimeProvider.System);
        Assert.Equal((false, 0L), await archive.LookAsync(Segment, null, TestContext.Current.CancellationToken));
        Assert.Equal((false, 8L << 20), await archive.LookAsync(Segment, 0, TestContext.Current.CancellationToken));
        Assert.Equal((true, (long)Whole), await archive.LookAsync(Segment, 8 << 20, TestContext.Current.CancellationToken));
        Assert.Equal((false, null), await archive.LookAsync("000000010000000000000006", null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task LookAsync_Compressed_IsWholeWhereItDoesNotGrow()
    {
        var archive = new SettledArchive(new GrowingArchive(".gz", 100, 200, 200), TimeProvider.System);
        Assert.Equal((false, 100L), await archive.LookAsync(Segment, null, TestContext.Current.CancellationToken));
        Assert.Equal((false, 200L), await archive.LookAsync(Segment, 100, TestContext.Current.CancellationToken));
        Assert.Equal((true, 200L), await archive.LookAsync(Segment, 200, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ListAsync_SegmentsInFoldersIntoWhichNoRestoreLooks_AreNotThere()
    {
        var folder = Directory.CreateTempSubdirectory("haconnect-archive-");
        try
        {
            var deeper = folder.CreateSubdirectory("0000000100000000");
            await File.WriteAllTextAsync(Path.Combine(deeper.FullName, Segment), "x", TestContext.Current.CancellationToken);
            Assert.Empty(await new FolderArchive(folder.FullName, hasFolders: false).ListAsync(TestContext.Current.CancellationToken));
            Assert.Single(await new FolderArchive(folder.FullName, hasFolders: true).ListAsync(TestContext.Current.CancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(true, ".gz")]
    [InlineData(false, "")]
    public async Task ListAsync_CompressedUnderItsOwnName_IsFoundOutInBarmansArchive(bool isBarmans, string suffix)
    {
        var folder = Directory.CreateTempSubdirectory("haconnect-archive-");
        try
        {
            var path = Path.Combine(folder.FullName, Segment);
            await using (var stream = new GZipStream(File.Create(path), CompressionLevel.Fastest))
                await stream.WriteAsync("as the server had it"u8.ToArray(), TestContext.Current.CancellationToken);
            var archive = new FolderArchive(folder.FullName, hasFolders: isBarmans);
            var file = Assert.Single(await archive.ListAsync(TestContext.Current.CancellationToken));
            Assert.Equal((Segment, suffix), (file.Name, file.Suffix));
            Assert.Equal(isBarmans, (await archive.ReadAsync(file, null, TestContext.Current.CancellationToken)).AsSpan().SequenceEqual("as the server had it"u8));
            await File.WriteAllTextAsync(path, "BZh9", TestContext.Current.CancellationToken);
            Assert.Equal(isBarmans ? ".bz2" : "", Assert.Single(await archive.ListAsync(TestContext.Current.CancellationToken)).Suffix);
            await File.WriteAllTextAsync(path, "x", TestContext.Current.CancellationToken);
            Assert.Equal("", Assert.Single(await archive.ListAsync(TestContext.Current.CancellationToken)).Suffix);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>One segment, as long at each look as is said.</summary>
    private sealed class GrowingArchive(string suffix, params int[] sizes) : IWalArchive
    {
        private int _looks;

        public Task<IReadOnlyList<ArchivedFile>> ListAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<ArchivedFile>>([new(Segment, suffix, sizes[_looks++], DateTimeOffset.UnixEpoch, Segment)]);

        public Task<byte[]> ReadAsync(ArchivedFile file, int? atMost, CancellationToken cancellationToken)
        {
            var header = new byte[SegmentHeader.Length];
            header[2] = 2;
            header[4] = 1;
            BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), 5UL * Whole);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(32), Whole);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(36), 8192);
            return Task.FromResult(file.Size == 0 ? [] : header);
        }
    }

    /// <summary>No pause lasts.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
