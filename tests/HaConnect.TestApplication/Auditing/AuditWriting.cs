using System.Globalization;
using HaConnect.Operations;

namespace HaConnect.TestApplication;

/// <summary>Writes audit records until it is killed, and prints the number and the sentence of each once its Write has returned.</summary>
internal static class AuditWriting
{
    /// <summary>Small, so that segments are sealed and removed all the time.</summary>
    internal static AuditFileOptions Options => new() { SegmentBytes = 8192, MaxTotalBytes = 65536, FlushTimeout = TimeSpan.FromMinutes(1) };

    internal static int Run(string folder)
    {
        using var file = AuditFile.Open(folder, Options);
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true, NewLine = "\n" };
        for (var i = 0; ; i++)
        {
            var sentence = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}/{i} {new string('x', i % 90)}");
            file.Write(new AuditRecord(TimeProvider.System.GetUtcNow(), "main", "writer", i, "Reading", "n1", sentence));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file.Head.Seq} {sentence}"));
        }
    }
}
