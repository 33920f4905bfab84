using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>Runs pg_verifybackup.</summary>
internal static class VerifyBackup
{
    private const string Prefix = "pg_verifybackup: error: ";
    private const int MostSentences = 100;

    /// <returns>Its complaints; empty for none. Of the WAL too, where the folder has its own.</returns>
    internal static async Task<IReadOnlyList<string>> RunAsync(HostPrograms programs, string folder, string workingFolder, CancellationToken cancellationToken)
    {
        var hasWal = Directory.Exists(Path.Combine(folder, "pg_wal")) && Directory.EnumerateFiles(Path.Combine(folder, "pg_wal")).Any(f => Path.GetFileName(f).Length == WalFileName.SegmentLength);
        var result = await programs.RunAsync("pg_verifybackup", [.. hasWal ? (string[])[] : ["-n"], folder], null, workingFolder, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode == 0)
            return [];
        List<string> sentences = [.. result.Text.Split('\n').Where(l => l.Contains(": error: ", StringComparison.Ordinal)).Take(MostSentences).Select(l => l.Replace(Prefix, "", StringComparison.Ordinal).Replace($"\"{folder}/", "\"", StringComparison.Ordinal))];
        return sentences.Count > 0 ? sentences : [$"pg_verifybackup ended with {result.ExitCode}: {result.Text}"];
    }
}
