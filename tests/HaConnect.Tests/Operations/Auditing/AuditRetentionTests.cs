using HaConnect.Operations;

namespace HaConnect.Tests.Operations.Auditing;

/// <summary>Sealed segments, and their removal, which verification accepts only where it is in the chain.</summary>
public sealed class AuditRetentionTests
{
    [Fact]
    public void Write_SegmentFull_IsSealedReadOnlyAndTheChainGoesOn()
    {
        using var trail = new GivenTrail { Options = new AuditFileOptions { SegmentBytes = AuditFileOptions.LeastSegmentBytes } };
        trail.With(60);
        Assert.True(trail.Segments.Length > 2);
        Assert.All(trail.Segments[..^1], s => Assert.True(File.GetAttributes(s).HasFlag(FileAttributes.ReadOnly)));
        Assert.All(trail.Segments[..^1], s => Assert.Contains("\"upkeep\":\"Sealed\"", File.ReadAllLines(s)[^1], StringComparison.Ordinal));
        var result = trail.Verify();
        Assert.True(result.IsIntact, $"{result}");
        Assert.Equal(60 + trail.Segments.Length - 1, result.Records);
    }

    [Fact]
    public void Write_SegmentOld_IsSealed()
    {
        using var trail = new GivenTrail { Options = new AuditFileOptions { SegmentAge = TimeSpan.FromDays(1) } };
        using (var file = trail.Open())
        {
            file.Write(GivenTrail.Record("on the first day"));
            trail.Time.Advance(TimeSpan.FromDays(1));
            file.Write(GivenTrail.Record("on the second day"));
        }

        Assert.Equal(2, trail.Segments.Length);
        Assert.True(trail.Verify().IsIntact);
    }

    [Fact]
    public void Write_MoreThanIsKept_OldestSegmentsGoAndThatIsInTheChain()
    {
        using var trail = new GivenTrail { Options = new AuditFileOptions { SegmentBytes = AuditFileOptions.LeastSegmentBytes, MaxTotalBytes = 3 * AuditFileOptions.LeastSegmentBytes } };
        trail.With(200);
        Assert.DoesNotContain(trail.Segments, s => s.EndsWith("audit-00000001.jsonl", StringComparison.Ordinal));
        Assert.True(trail.Segments.Sum(s => new FileInfo(s).Length) < 5 * AuditFileOptions.LeastSegmentBytes);
        var result = trail.Verify();
        Assert.True(result.IsIntact, $"{result}");
        Assert.True(result.First > 1);

        // One more, which the chain does not tell of.
        var gone = trail.Segments[0];
        File.SetAttributes(gone, FileAttributes.Normal);
        File.Delete(gone);
        var problem = Assert.Single(trail.Verify().Problems);
        Assert.Equal((AuditProblemKind.Removed, Path.GetFileName(trail.Segments[0]), 1L), (problem.Kind, problem.File, problem.Line));
    }

    [Fact]
    public void Write_SegmentOlderThanIsKept_Goes()
    {
        using var trail = new GivenTrail { Options = new AuditFileOptions { SegmentAge = TimeSpan.FromDays(1), MaxAge = TimeSpan.FromDays(30) } };
        using (var file = trail.Open())
        {
            for (var day = 0; day < 40; day++)
            {
                file.Write(GivenTrail.Record($"on day {day}", at: trail.Time.GetUtcNow()));
                trail.Time.Advance(TimeSpan.FromDays(1));
            }
        }

        Assert.Equal("on day 39", trail.Sentences()[^1]);
        Assert.InRange(trail.Sentences().Count, 30, 32);
        Assert.True(trail.Verify().IsIntact, $"{trail.Verify()}");
    }

    [Fact]
    public void Write_SegmentThatIsNotCopiedYet_IsKept()
    {
        using var trail = new GivenTrail { Options = new AuditFileOptions { SegmentBytes = AuditFileOptions.LeastSegmentBytes, MaxTotalBytes = 1 } };
        using var file = trail.Open();
        file.KeepFrom(5);
        for (var i = 0; i < 60; i++)
            file.Write(GivenTrail.Record($"{i}"));
        Assert.True(trail.Segments.Length > 2);
        Assert.Equal(1, trail.Verify().First);
        file.KeepFrom(long.MaxValue);
        for (var i = 0; i < 60; i++)
            file.Write(GivenTrail.Record($"{i}"));
        Assert.True(trail.Verify().First > 5);
        Assert.True(trail.Verify().IsIntact, $"{trail.Verify()}");
    }
}
