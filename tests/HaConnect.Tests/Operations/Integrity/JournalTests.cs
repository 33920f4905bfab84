using HaConnect.Operations;
using HaConnect.Operations.Integrity;

namespace HaConnect.Tests.Operations.Integrity;

public sealed class JournalTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("haconnect-journal-").FullName, "journal");

    [Fact]
    public void Open_WhatAnotherRunLeft_GoesOnFromThere()
    {
        using (var journal = Open())
        {
            journal.Begin("t", new Part("", [], [], ["10", "ä"]));
            journal.End("t", new Part("", [], [], ["10", "ä"]), new PartOutcome { Rows = 7, DifferentRows = 1, Shown = [new RowDifference(RowDifferenceKind.Missing, "id=1", [new ColumnDifference("v", "x\n", null)])] });
            journal.Begin("t", new Part("", [], ["10", "ä"], []));
        }

        File.AppendAllText(_path, "{\"table\":\"t\",\"after\":[\"99\"],\"upTo\":[],\"outc"); // killed within a line
        using (var journal = Open())
        {
            var table = journal.Of("t");
            Assert.Equal((2, 1, 0), (table.Planned.Count, table.Done.Count, journal.Of("other").Planned.Count));
            Assert.Equal(["10", "ä"], table.Planned[JournalKey.Of([])].UpTo);
            var done = table.Done[JournalKey.Of([])];
            Assert.Equal((7L, "x\n", RowDifferenceKind.Missing), (done.Rows, done.Shown[0].Columns[0].Left, done.Shown[0].Kind));
            Assert.Equal(7, journal.TakenOver!.Value.Rows);
            journal.End("t", new Part("", [], ["10", "ä"], []), new PartOutcome { Rows = 3 });
        }

        using (var journal = Open())
        {
            Assert.Equal(2, journal.Of("t").Done.Count);
            journal.Finish();
        }

        Assert.False(File.Exists(_path));
    }

    [Fact]
    public void Open_OfOtherSidesOrNoJournal_IsRefused()
    {
        Open().Dispose();
        Assert.Contains("is of another verification", Assert.Throws<ArgumentException>(() => Journal.Open(_path, "c, d", "20", TimeProvider.System)).Message, StringComparison.Ordinal);
        File.WriteAllText(_path, "hello\n");
        Assert.Contains("is no journal of a verification", Assert.Throws<ArgumentException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("first\nsecond without an end")]
    [InlineData("{\"other\": 1}\nmore")]
    [InlineData("{\"sides\":\"c, d\",\"showing\":\"20\"}\n{\"half")]
    [InlineData("\n\nnotes")]
    public void Open_AFileOfSomebodyElses_IsLeftAsItIs(string text)
    {
        File.WriteAllText(_path, text);
        Assert.Throws<ArgumentException>(() => Open());
        Assert.Equal(text, File.ReadAllText(_path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    public void Open_FirstLineThatWasNotFinished_BeginsAnew(int length)
    {
        Open().Dispose();
        var header = File.ReadAllText(_path);
        File.WriteAllText(_path, header[..length]);
        Open().Dispose();
        Assert.Equal(header, File.ReadAllText(_path));
    }

    [Fact]
    public void FileOf_AnotherPrimary_IsAnotherFile()
    {
        Assert.Equal("run.n1.n2", VerificationService.FileOf("run", "n1", "n2"));
        Assert.NotEqual(VerificationService.FileOf("run", "n1", "n2"), VerificationService.FileOf("run", "n3", "n2"));
        Assert.Equal("run.db1_5432.db2_5432", VerificationService.FileOf("run", "db1:5432", "db2:5432"));
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    private Journal Open() => Journal.Open(_path, "a, b", "20", TimeProvider.System);
}
