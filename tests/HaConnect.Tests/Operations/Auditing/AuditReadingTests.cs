using HaConnect.Operations;
using HaConnect.Operations.Auditing;

namespace HaConnect.Tests.Operations.Auditing;

/// <summary>Several chains as one story, what of it is wanted, and how it leaves.</summary>
public sealed class AuditReadingTests
{
    [Fact]
    public void Merge_ByTime_EachChainKeepsItsOrder()
    {
        // B's clock was put back after its second record.
        var a = Chain("a", (1, null, "a1"), (4, null, "a2"));
        var b = Chain("b", (2, null, "b1"), (5, null, "b2"), (0, null, "b3"));
        Assert.Equal("a1 b1 a2 b2 b3", Story(a, b));
        Assert.Equal("a1 b1 a2 b2 b3", Story(b, a));
    }

    [Fact]
    public void Merge_ClocksDisagree_TheTermDecidesWhatCoordinatorsDid()
    {
        // B's clock is an hour behind; it took over from A in term 2.
        var a = Chain("a", (100, 1, "a1"), (101, 1, "a2"));
        var b = Chain("b", (10, 2, "b1"), (11, 2, "b2"));
        Assert.Equal("a1 a2 b1 b2", Story(a, b));
        Assert.Equal("a1 a2 b1 b2", Story(b, a));
    }

    [Fact]
    public void Merge_RecordWithoutTermOfACoordinatorThatIsLate_DoesNotHoldUpTheStory()
    {
        var a = Chain("a", (1, 1, "a1"), (50, null, "a2"));
        var b = Chain("b", (10, 2, "b1"), (20, 2, "b2"));
        Assert.Equal("a1 b1 b2 a2", Story(a, b));
    }

    [Fact]
    public void Merge_RefusalOfAnIsolatedCoordinator_ComesWhenItWas()
    {
        var a = Entries("a", GivenTrail.Record("a1", 1, At(1)), GivenTrail.Record("a2", 1, At(30), AuditKind.Refusal));
        var b = Chain("b", (10, 2, "b1"), (20, 2, "b2"));
        Assert.Equal("a1 b1 b2 a2", Story(a, b));
    }

    [Fact]
    public void Merge_SameTime_ByChain() => Assert.Equal("a1 b1 c1", Story(Chain("c", (1, null, "c1")), Chain("b", (1, null, "b1")), Chain("a", (1, null, "a1"))));

    [Fact]
    public void ReadFolders_TwoInstances_OneStory()
    {
        using var one = new GivenTrail();
        using var two = new GivenTrail();
        Write(one, (1, "one 1"), (4, "one 2"));
        Write(two, (2, "two 1"), (3, "two 2"));
        Assert.Equal(["one 1", "two 1", "two 2", "one 2"], AuditReader.ReadFolders([two.Folder, one.Folder]).Select(e => e.Record.Sentence));

        static void Write(GivenTrail trail, params (int At, string Sentence)[] records)
        {
            using var file = trail.Open();
            foreach (var (at, sentence) in records)
                file.Write(GivenTrail.Record(sentence, at: At(at)));
        }
    }

    [Fact]
    public void Accepts_EachCriterion_AloneAndTogether()
    {
        var entry = Entries("a", GivenTrail.Record("promoted: n2 has left recovery", 2, At(5), AuditKind.Act, "host-12-ab") with { By = "alice" }).Single();
        AuditFilter[] accepting =
        [
            new(), new() { Since = At(5) }, new() { Until = At(6) }, new() { Node = "n1" }, new() { Term = 2 }, new() { Kinds = [AuditKind.Act, AuditKind.Refusal] }, new() { Instance = "host" },
            new() { By = "ALICE" }, new() { Text = "LEFT recovery" }, new() { Since = At(1), Until = At(9), Node = "n1", Term = 2, Kinds = [AuditKind.Act], Instance = "host-12-ab", Text = "n2" },
        ];
        AuditFilter[] refusing =
        [
            new() { Since = At(6) }, new() { Until = At(5) }, new() { Node = "n2" }, new() { Term = 1 }, new() { Kinds = [AuditKind.Refusal] }, new() { Instance = "ost" }, new() { By = "bob" }, new() { Text = "demoted" },
            new() { Node = "n1", Term = 3 },
        ];
        Assert.All(accepting, f => Assert.True(f.Accepts(entry)));
        Assert.All(refusing, f => Assert.False(f.Accepts(entry)));
        Assert.False(new AuditFilter().Accepts(entry with { IsUpkeep = true }));
        Assert.True(new AuditFilter { IncludesUpkeep = true }.Accepts(entry with { IsUpkeep = true }));
    }

    [Fact]
    public async Task WriteCsv_AwkwardCells_AreQuotedAndNoFormula()
    {
        var record = new AuditRecord(At(1), "main", "app1", 2, "Pause", null, "=HYPERLINK(\"http://evil\",\"x\")\r\nsecond line") { Kind = AuditKind.Command, By = "+alice, \"the\" operator", Before = "-1", After = "@x", Duration = TimeSpan.FromMilliseconds(1500) };
        var csv = new StringWriter();
        await AuditExport.WriteCsvAsync(Entries("a", record), csv, TestContext.Current.CancellationToken);
        Assert.Equal(
            "chain,seq,at,cluster,coordinator,term,kind,step,node,sentence,by,before,after,duration_seconds,data,hash\r\n" +
            "a,1,2026-01-01T12:00:01.0000000Z,main,app1,2,Command,Pause,,\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\r\nsecond line\",\"'+alice, \"\"the\"\" operator\",'-1,'@x,1.5,,hash\r\n",
            csv.ToString());
    }

    [Fact]
    public async Task WriteJsonLines_Records_AreTheLinesAsTheyWere()
    {
        using var trail = new GivenTrail().With(3);
        var text = new StringWriter();
        await AuditExport.WriteJsonLinesAsync(AuditReader.ReadFolder(trail.Folder), text, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(trail.Segments[0], TestContext.Current.CancellationToken), text.ToString());
    }

    [Fact]
    public void ChainCursor_WhileItGrowsAndShrinks_ReadsEachRecordOnce()
    {
        using var trail = new GivenTrail { Options = new AuditFileOptions { SegmentBytes = AuditFileOptions.LeastSegmentBytes } };
        using var file = trail.Open();
        var cursor = new ChainCursor(trail.Folder);
        var read = new List<long>();
        for (var i = 0; i < 100; i++)
        {
            file.Write(GivenTrail.Record($"{i}"));
            if (i % 7 == 0)
                read.AddRange(cursor.Read(read.Count + 1, file.Head.Seq).Select(l => l.Seq));
        }

        while (cursor.Read(read.Count + 1, file.Head.Seq) is { Count: > 0 } more)
            read.AddRange(more.Select(l => l.Seq));
        Assert.Equal(Enumerable.Range(1, (int)file.Head.Seq).Select(i => (long)i), read);
        Assert.Equal([3L, 4L, 5L], cursor.Read(3, 5).Select(l => l.Seq)); // back again, and not further than asked
        Assert.Equal(70, new ChainCursor(trail.Folder).Read(70, 70).Single().Seq);
    }

    private static DateTimeOffset At(int seconds) => GivenTrail.Noon.AddSeconds(seconds);

    private static List<AuditEntry> Chain(string chain, params (int At, long? Term, string Sentence)[] records) =>
        Entries(chain, [.. records.Select(r => GivenTrail.Record(r.Sentence, r.Term, At(r.At)))]);

    private static List<AuditEntry> Entries(string chain, params AuditRecord[] records) => [.. records.Select((r, i) => new AuditEntry(chain, i + 1, "hash", r, false, "{}"))];

    private static string Story(params List<AuditEntry>[] chains) => string.Join(' ', AuditReader.Merge(chains).Select(e => e.Record.Sentence));
}
