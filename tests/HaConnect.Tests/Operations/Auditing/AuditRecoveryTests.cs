using HaConnect.Operations;
using HaConnect.Operations.Auditing;

namespace HaConnect.Tests.Operations.Auditing;

/// <summary>What a crash leaves is gone on with; what a crash cannot have left is kept for a verifier.</summary>
public sealed class AuditRecoveryTests
{
    [Fact]
    public void Open_LastLineTornAtAnyByte_IsCutOffAndRecorded()
    {
        using var whole = new GivenTrail().With(4);
        var bytes = File.ReadAllBytes(whole.Segments[0]);
        var last = bytes.AsSpan(0, bytes.Length - 1).LastIndexOf((byte)'\n') + 1;
        var head = HeadOf(whole, 3);
        for (var length = last; length < bytes.Length; length++)
        {
            using var trail = new GivenTrail();
            File.WriteAllBytes(Path.Combine(trail.Folder, SegmentFile.NameOf(1)), bytes[..length]);
            HeadFile.Write(trail.Folder, head); // the head is written after the line
            var before = trail.Verify();
            Assert.True(before.IsIntact, $"{length - last} bytes: {before}");
            Assert.Equal(length - last, before.UnfinishedBytes);

            trail.With(1, "after the crash");
            var result = trail.Verify();
            Assert.True(result.IsIntact, $"{length - last} bytes: {result}");
            Assert.Equal(["something happened 0", "something happened 1", "something happened 2"], trail.Sentences().Take(3));
            Assert.Equal("after the crash 0", trail.Sentences()[^1]);
            Assert.Equal(length > last ? 1 : 0, trail.Sentences(upkeep: true).Count(s => s == $"recovered: {length - last} bytes of a record that was not finished were cut off"));
        }
    }

    [Fact]
    public void Open_GarbageOfALostPowerBehindTheHead_IsCutOff()
    {
        using var trail = new GivenTrail().With(3);
        GivenTrail.Change(trail.Segments[0], b => [.. b, .. new byte[100], (byte)'\n', .. new byte[7]]);
        trail.With(1);
        Assert.True(trail.Verify().IsIntact, $"{trail.Verify()}");
        Assert.Contains("recovered: 108 bytes of a record that was not finished were cut off", trail.Sentences(upkeep: true));
    }

    [Fact]
    public void Open_LinesBehindTheHead_AreKept()
    {
        using var trail = new GivenTrail().With(5);
        HeadFile.Write(trail.Folder, HeadOf(trail, 2));
        Assert.True(trail.Verify().IsIntact);
        trail.With(1);
        Assert.Equal(6, trail.Verify().Records);
        Assert.True(trail.Verify().IsIntact);
    }

    [Fact]
    public void Open_LinesThatTheHeadCoversAreMissing_GoesOnAndStaysFound()
    {
        using var trail = new GivenTrail().With(5);
        GivenTrail.Change(trail.Segments[0], b => b[..(b.AsSpan(0, b.Length - 1).LastIndexOf((byte)'\n') + 1)]);
        Assert.Equal(AuditProblemKind.Truncated, Assert.Single(trail.Verify().Problems).Kind);

        trail.With(2, "afterwards");
        var problem = Assert.Single(trail.Verify().Problems);
        Assert.Equal((AuditProblemKind.Removed, "audit-00000002.jsonl", 1L, 5L), (problem.Kind, problem.File, problem.Line, problem.Seq!.Value));
        Assert.Contains(trail.Sentences(upkeep: true), s => s.StartsWith("recovered: the head says 5 ", StringComparison.Ordinal));
        Assert.Equal("afterwards 1", trail.Sentences()[^1]);
    }

    [Fact]
    public void Open_AllSegmentsMissing_GoesOnAndStaysFound()
    {
        using var trail = new GivenTrail().With(5);
        File.Delete(trail.Segments[0]);
        Assert.Equal(AuditProblemKind.Truncated, Assert.Single(trail.Verify().Problems).Kind);
        trail.With(1);
        Assert.Equal(AuditProblemKind.Removed, Assert.Single(trail.Verify().Problems).Kind);
    }

    [Fact]
    public void Open_HeadMissing_GoesOnAndSaysSo()
    {
        using var trail = new GivenTrail().With(3);
        File.Delete(Path.Combine(trail.Folder, HeadFile.Name));
        Assert.Equal((AuditProblemKind.Removed, HeadFile.Name), (trail.Verify().Problems[0].Kind, trail.Verify().Problems[0].File));
        trail.With(1);
        Assert.True(trail.Verify().IsIntact, $"{trail.Verify()}");
        Assert.Contains("recovered: the head was missing; the chain goes on behind its last record", trail.Sentences(upkeep: true));
    }

    [Fact]
    public void Open_CrashBetweenSealAndNextSegment_GoesOn()
    {
        using var trail = new GivenTrail { Options = new AuditFileOptions { SegmentBytes = AuditFileOptions.LeastSegmentBytes } };
        trail.With(60);
        var segments = trail.Segments;
        Assert.True(segments.Length > 2);
        File.Delete(segments[^1]);
        var seal = AuditReader.ReadFolder(trail.Folder, new AuditFilter { IncludesUpkeep = true }).Last();
        HeadFile.Write(trail.Folder, new AuditHead(seal.Chain, seal.Seq, seal.Hash));
        trail.With(1);
        Assert.True(trail.Verify().IsIntact, $"{trail.Verify()}");

        // And where the file was made, and nothing was written.
        File.WriteAllBytes(trail.Segments[^1], []);
        HeadFile.Write(trail.Folder, new AuditHead(seal.Chain, seal.Seq, seal.Hash));
        trail.With(1);
        Assert.True(trail.Verify().IsIntact, $"{trail.Verify()}");
    }

    private static AuditHead HeadOf(GivenTrail trail, long seq)
    {
        var entry = AuditReader.ReadFolder(trail.Folder).Single(e => e.Seq == seq);
        return new AuditHead(entry.Chain, seq, entry.Hash);
    }
}
