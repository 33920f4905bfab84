using System.Globalization;
using HaConnect.Operations;
using HaConnect.Operations.Auditing;

namespace HaConnect.Tests.Operations.Auditing;

/// <summary>Whatever is done to a trail is found, and where.</summary>
public sealed class AuditVerifierTests
{
    [Fact]
    public void VerifyFolder_ThousandRandomTamperings_EachIsFoundAndLocated()
    {
        var seed = Environment.GetEnvironmentVariable("HACONNECT_AUDIT_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : 20_260_101;
        using var original = new GivenTrail { Options = new AuditFileOptions { SegmentBytes = AuditFileOptions.LeastSegmentBytes } };
        original.With(70, "some event that is told at a length that differs, as sentences do");
        Assert.True(original.Segments.Length >= 4, $"{original.Segments.Length} segments");
        Assert.True(original.Verify().IsIntact);
        var found = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < 1000; i++)
        {
            using var copy = new GivenTrail();
            foreach (var file in original.Segments.Append(Path.Combine(original.Folder, HeadFile.Name)))
                File.Copy(file, Path.Combine(copy.Folder, Path.GetFileName(file)));
            var tampering = new Tampering(copy.Segments, new Random(seed + i));
            tampering.Act(i % 10);
            tampering.Save();

            var result = copy.Verify();
            var what = $"seed {seed}, tampering {i}: {tampering.Told}; expected at {string.Join(" or ", tampering.Places)}";
            Assert.False(result.IsIntact, $"not found. {what}");
            var first = result.Problems[0];
            Assert.True(tampering.Places.Contains((first.File, first.Line)), $"found elsewhere. {what}\n{result}");
            var key = $"{i % 10} {first.Kind}";
            found[key] = found.GetValueOrDefault(key) + 1;
        }

        foreach (var (key, count) in found)
            TestContext.Current.TestOutputHelper?.WriteLine($"{key}: {count}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void VerifyFolder_TamperedWhereTheHeadDoesNotReach_StillFound(int kind)
    {
        // The anchor is kept elsewhere; the head in the folder is an old one, as after a crash.
        using var trail = new GivenTrail { Options = new AuditFileOptions { SegmentBytes = AuditFileOptions.LeastSegmentBytes } };
        trail.With(40);
        var anchor = trail.Verify().Last!;
        var second = AuditReader.ReadFolder(trail.Folder).First();
        HeadFile.Write(trail.Folder, new AuditHead(second.Chain, second.Seq, second.Hash));
        Assert.True(trail.Verify(anchor).IsIntact);
        var tampering = new Tampering(trail.Segments, new Random(kind));
        tampering.Act(kind);
        tampering.Save();
        var result = trail.Verify(anchor);
        Assert.Contains((result.Problems[0].File, result.Problems[0].Line), tampering.Places);
    }

    [Fact]
    public void VerifyFolder_EverythingWrittenAnew_OnlyAnAnchorTells()
    {
        using var original = new GivenTrail().With(5);
        var anchor = original.Verify().Last!;
        using var forged = new GivenTrail();
        HeadFile.Write(forged.Folder, new AuditHead(anchor.Chain, 0, LineCodec.NoHash));
        forged.With(5, "another story");

        // That is what a chain cannot tell by itself.
        Assert.True(forged.Verify().IsIntact);
        Assert.Equal(anchor.Chain, forged.Verify().Chain);
        Assert.Equal((AuditProblemKind.Edited, 5L), (Assert.Single(forged.Verify(anchor).Problems).Kind, forged.Verify(anchor).Problems[0].Line));
    }

    [Fact]
    public void VerifyFolder_SegmentOfAnotherChain_IsForeign()
    {
        using var trail = new GivenTrail().With(3);
        using var other = new GivenTrail().With(3);
        File.Copy(other.Segments[0], Path.Combine(trail.Folder, SegmentFile.NameOf(2)));
        Assert.Equal([AuditProblemKind.Foreign, AuditProblemKind.Foreign, AuditProblemKind.Foreign], trail.Verify().Problems.Select(p => p.Kind));
    }

    [Fact]
    public void VerifyFolder_HeadUnreadable_IsToldAsSuch()
    {
        using var trail = new GivenTrail().With(3);
        File.WriteAllText(Path.Combine(trail.Folder, HeadFile.Name), "{");
        var problem = Assert.Single(trail.Verify().Problems);
        Assert.Equal((AuditProblemKind.Unreadable, HeadFile.Name), (problem.Kind, problem.File));
    }

    [Fact]
    public void VerifyFolder_WhileItIsWritten_IsIntact()
    {
        using var trail = new GivenTrail { Options = new AuditFileOptions { SegmentBytes = AuditFileOptions.LeastSegmentBytes, MaxTotalBytes = 20_000 } };
        using var file = trail.Open();
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 300; i++)
                file.Write(GivenTrail.Record($"{i}"));
        }, TestContext.Current.CancellationToken);
        do
            Assert.True(trail.Verify() is { IsIntact: true } or { Records: 0 }, $"{trail.Verify()}");
        while (!writing.IsCompleted);
    }

    /// <summary>Its removal is told of in a segment that is newer than the list, and would look like somebody's.</summary>
    [Fact]
    public void TryRead_SegmentWasRemovedSinceTheyWereListed_IsToBeReadAnew()
    {
        using var trail = new GivenTrail().With(3);
        var listed = SegmentFile.List(trail.Folder);
        Assert.Equal(3, AuditVerifier.TryRead(listed)!.Count);
        Assert.Null(AuditVerifier.TryRead([.. listed, SegmentFile.Of(trail.Folder, 2)]));
    }

    [Fact]
    public void VerifyFolder_Missing_Throws() =>
        Assert.Throws<DirectoryNotFoundException>(() => AuditVerifier.VerifyFolder(Path.Combine(Path.GetTempPath(), "haconnect-no-such-folder")));

    [Fact]
    public void AuditHead_Text_RoundTrips()
    {
        var head = new AuditHead("app1-0a1b2c3d", 12, new string('a', 64));
        Assert.Equal(head, AuditHead.Parse(head.ToString()));
        Assert.Throws<FormatException>(() => AuditHead.Parse("app1 12 abc"));
        Assert.Throws<FormatException>(() => AuditHead.Parse($"app1 -1 {new string('a', 64)}"));
    }
}
