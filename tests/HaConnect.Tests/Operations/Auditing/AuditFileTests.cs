using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HaConnect.Operations;
using Microsoft.Extensions.Logging;

namespace HaConnect.Tests.Operations.Auditing;

/// <summary>The chain as it is written: its lines, its head, its one writer.</summary>
public sealed class AuditFileTests
{
    [Fact]
    public void Write_Records_AreLinesThatChain()
    {
        using var trail = new GivenTrail();
        using (var file = trail.Open())
        {
            file.Write(GivenTrail.Record("first"));
            file.Write(GivenTrail.Record("\"second\" → with a\nline feed and a \0") with { By = "alice", Before = "n1", After = "n2", Duration = TimeSpan.FromSeconds(1.5) });
            Assert.Equal(2, file.Head.Seq);
        }

        var lines = File.ReadAllLines(Assert.Single(trail.Segments));
        Assert.Equal(2, lines.Length);
        var hashes = new List<string> { new('0', 64) };
        foreach (var line in lines)
        {
            // As any other tool would do it.
            var body = line[..line.LastIndexOf(",\"hash\":\"", StringComparison.Ordinal)];
            using var json = JsonDocument.Parse(line);
            Assert.Equal(hashes[^1], json.RootElement.GetProperty("prev").GetString());
            hashes.Add(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))));
            Assert.Equal(hashes[^1], json.RootElement.GetProperty("hash").GetString());
        }

        var second = AuditReader.ReadFolder(trail.Folder).Last();
        Assert.Equal(("\"second\" → with a\nline feed and a \uFFFD", "alice", "n1", "n2", TimeSpan.FromSeconds(1.5), AuditKind.Act),
            (second.Record.Sentence, second.Record.By, second.Record.Before, second.Record.After, second.Record.Duration, second.Record.Kind));
        Assert.True(trail.Verify(new AuditHead(second.Chain, 2, hashes[2])).IsIntact);
    }

    /// <summary>The thread that writes would end with it, and an exception on a thread ends the process.</summary>
    [Fact]
    public void Write_LoggerThrows_RecordsAreKeptAllTheSame()
    {
        using var trail = new GivenTrail();
        using (var file = AuditFile.Open(trail.Folder, logger: new ThrowingLogger()))
        {
            for (var i = 1; i <= 3; i++)
                file.Write(GivenTrail.Record($"record {i}"));
        }

        Assert.True(trail.Verify().IsIntact);
        Assert.Equal(3, AuditReader.ReadFolder(trail.Folder).Count());
    }

    [Fact]
    public void Open_Again_GoesOnWithTheSameChain()
    {
        using var trail = new GivenTrail().With(3).With(2);
        var result = trail.Verify();
        Assert.True(result.IsIntact, $"{result}");
        Assert.Equal((5, 1, 5), (result.Records, result.First, result.Last!.Seq));
    }

    [Fact]
    public void Open_FolderInUse_IsRefusedWithAReason()
    {
        using var trail = new GivenTrail();
        using var file = trail.Open();
        Assert.Contains("is in use: a chain has one writer", Assert.Throws<IOException>(trail.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ManyThreads_EachRecordOnce()
    {
        using var trail = new GivenTrail();
        await using (var file = trail.Open())
            await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, (i, _) => { file.Write(GivenTrail.Record($"{i}")); return default; });
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}").Order(StringComparer.Ordinal), trail.Sentences().Order(StringComparer.Ordinal));
        Assert.True(trail.Verify().IsIntact);
    }

    [Fact]
    public void Write_AfterDispose_Throws()
    {
        using var trail = new GivenTrail();
        var file = trail.Open();
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Write(GivenTrail.Record("late")));
    }

    [Fact]
    public void Write_DiskTakesNothing_ThrowsAndTellsLaterHowManyWereMissed()
    {
        using var trail = new GivenTrail { Options = new AuditFileOptions { SegmentBytes = AuditFileOptions.LeastSegmentBytes } };
        using (var file = trail.Open())
        {
            // The next segment cannot be made: a folder has its name.
            var blocker = Directory.CreateDirectory(Path.Combine(trail.Folder, "audit-00000002.jsonl"));
            var failed = 0;
            for (var i = 0; i < 100 && failed < 3; i++)
            {
                try
                {
                    file.Write(GivenTrail.Record($"{i} {new string('x', 200)}"));
                }
                catch (IOException)
                {
                    failed++;
                }
            }

            Assert.Equal(3, failed);
            blocker.Delete();
            file.Write(GivenTrail.Record("goes on"));
        }

        Assert.Contains(trail.Sentences(upkeep: true), s => s.StartsWith("3 records could not be written: ", StringComparison.Ordinal));
        var result = trail.Verify();
        Assert.True(result.IsIntact, $"{result}");
    }

    [Theory]
    [InlineData("SegmentBytes")]
    [InlineData("SegmentAge")]
    [InlineData("MaxAge")]
    [InlineData("MaxTotalBytes")]
    [InlineData("FlushTimeout")]
    public void Open_OptionOutOfBounds_IsRefusedByName(string name)
    {
        var options = name switch
        {
            "SegmentBytes" => new AuditFileOptions { SegmentBytes = 4095 },
            "SegmentAge" => new AuditFileOptions { SegmentAge = TimeSpan.Zero },
            "MaxAge" => new AuditFileOptions { MaxAge = TimeSpan.Zero },
            "MaxTotalBytes" => new AuditFileOptions { MaxTotalBytes = 0 },
            _ => new AuditFileOptions { FlushTimeout = TimeSpan.FromMinutes(2) },
        };
        using var trail = new GivenTrail { Options = options };
        Assert.Contains($"AuditFileOptions.{name} must be", Assert.Throws<ArgumentOutOfRangeException>(trail.Open).Message, StringComparison.Ordinal);
    }

    private sealed class ThrowingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => throw new InvalidOperationException("This logger is broken.");
    }
}
