using HaConnect.Operations;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Operations.Auditing;

/// <summary>A folder with an audit trail, which is removed afterwards.</summary>
internal sealed class GivenTrail : IDisposable
{
    internal static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    internal string Folder { get; } = Directory.CreateTempSubdirectory("haconnect-audit-").FullName;

    internal FakeTimeProvider Time { get; } = new(Noon);

    internal AuditFileOptions Options { get; init; } = new();

    internal AuditFile Open() => AuditFile.Open(Folder, Options, time: Time);

    /// <summary>Opens it, writes so many records, and closes it.</summary>
    internal GivenTrail With(int records, string sentence = "something happened")
    {
        using var file = Open();
        for (var i = 0; i < records; i++)
            file.Write(Record($"{sentence} {i}"));
        return this;
    }

    internal static AuditRecord Record(string sentence, long? term = 1, DateTimeOffset? at = null, AuditKind kind = AuditKind.Act, string coordinator = "app1") =>
        new(at ?? Noon, "main", coordinator, term, "Reading", "n1", sentence) { Kind = kind };

    internal AuditVerification Verify(params AuditHead[] expected) => AuditVerifier.VerifyFolder(Folder, expected);

    internal string[] Segments => [.. Directory.GetFiles(Folder, "audit-*.jsonl").Order(StringComparer.Ordinal)];

    internal IReadOnlyList<string> Sentences(bool upkeep = false) => [.. AuditReader.ReadFolder(Folder, new AuditFilter { IncludesUpkeep = upkeep }).Select(e => e.Record.Sentence)];

    /// <summary>Changes a segment, be it sealed.</summary>
    internal static void Change(string segment, Func<byte[], byte[]> change)
    {
        File.SetAttributes(segment, FileAttributes.Normal);
        File.WriteAllBytes(segment, change(File.ReadAllBytes(segment)));
    }

    public void Dispose()
    {
        foreach (var file in Directory.GetFiles(Folder))
            File.SetAttributes(file, FileAttributes.Normal);
        Directory.Delete(Folder, recursive: true);
    }
}
