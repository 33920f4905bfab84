using HaConnect.Status;

namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>How good or bad an audit record is, by how its sentence begins. Pure.</summary>
internal static class AuditWords
{
    private static readonly string[] s_bad = ["detected", "refused", "failover refused", "no failover", "called off", "this instance does not coordinate"];
    private static readonly string[] s_ok = ["established", "elected", "first write"];

    internal static string LevelOf(AuditRecord record) =>
        s_bad.Any(w => record.Sentence.StartsWith(w, StringComparison.Ordinal)) ? Levels.Warn
        : s_ok.Any(w => record.Sentence.StartsWith(w, StringComparison.Ordinal)) ? Levels.Ok
        : Levels.Info;
}
