using System.Globalization;
using System.Text.Json;
using HaConnect.Histories;

namespace HaConnect.ClusterTests.Lab;

/// <summary>
/// Where the time without an ack goes in a switchover: by the coordinator's audit trail, and for steps that are not told by its log of
/// commands, which comes a moment after the answer.
/// </summary>
internal static class SwitchoverPhases
{
    /// <summary>In their order, with what tells their end: a sentence, or else the last of a command. With asynchronous replication the promoted node is accepted and opened, too.</summary>
    private static readonly (string Phase, string? Sentence, string? Command)[] Order =
    [
        ("hold and drain", "drained:", null), ("promise", "is promised by", null), ("seal", "sealed:", null), ("catch up", "caught up:", null), ("cut off", "cut off:", null),
        ("read positions", "is furthest", null), ("decide", null, "WriteRegister"), ("prepare", null, "SetSynchronousNames"), ("verify", null, "Verify"), ("promote", "promoted:", null),
        ("accept", null, "WriteRegister"), ("open", null, "SetSynchronousNames"), ("commit the row", null, "CommitTerm"), ("repoint, flush", "repointed:", null), ("mark", "established:", null),
    ];

    /// <summary>The coordinators' commands, with their times.</summary>
    internal static void HaveThemLogged(string place, Dictionary<string, string> settings)
    {
        if (!place.StartsWith('a'))
            return;
        settings["Logging__LogLevel__HaConnect.Failover"] = "Debug";
        settings["Logging__Console__FormatterOptions__TimestampFormat"] = "O";
        settings["Logging__Console__FormatterOptions__UseUtcTimestamp"] = "true";
    }

    /// <param name="lab">Whose coordinators are asked.</param>
    /// <param name="from">The last ack before the pause, as an instant of the history.</param>
    /// <param name="to">The first ack after it.</param>
    /// <returns>Phases that make up the pause, without those that did not occur; empty where it was no switchover that came to its end.</returns>
    internal static IReadOnlyList<(string Phase, TimeSpan Time)> Of(FailoverLab lab, long from, long to)
    {
        var zero = TimeProvider.System.GetUtcNow() - Span(HistoryRecorder.Now);
        var (begun, end) = (zero + Span(from), zero + Span(to));
        var told = lab.Audit.Where(r => r.At > begun && r.At < end).ToList();
        var done = lab.Coordinators.SelectMany(c => c.LogAt("Debug")).Select(Read).OfType<(DateTimeOffset At, string Command)>().Where(d => d.At > begun && d.At < end).OrderBy(d => d.At).ToList();
        if (Array.Exists(Order, p => p.Sentence is not null && !told.Exists(r => r.Sentence.Contains(p.Sentence, StringComparison.Ordinal))))
            return [];
        var phases = new List<(string, TimeSpan)>();
        var last = begun;
        for (var i = 0; i < Order.Length; i++)
        {
            // What is not told lies between the sentences before and after it, and its commands before the next kind of command.
            var limit = Order.Skip(i).First(p => p.Sentence is not null).Sentence!;
            var until = told.First(r => r.Sentence.Contains(limit, StringComparison.Ordinal)).At;
            var next = i + 1 < Order.Length && Order[i + 1].Command is { } command && done.Find(d => d.At > last && d.Command == command) is { Command: not null } first ? first.At : until;
            var ended = Order[i].Sentence is not null ? until : done.FindLast(d => d.At > last && d.At < (next < until ? next : until) && d.Command == Order[i].Command).At;
            if (ended == default)
                continue;
            phases.Add((Order[i].Phase, ended - last));
            last = ended;
        }

        return [.. phases, ("noticed, first ack", end - last)];
    }

    private static (DateTimeOffset At, string Command)? Read(string line)
    {
        using var entry = JsonDocument.Parse(line);
        return entry.RootElement.TryGetProperty("State", out var state) && state.TryGetProperty("Effect", out var effect) && entry.RootElement.TryGetProperty("Timestamp", out var at)
            ? (DateTimeOffset.Parse(at.GetString()!, CultureInfo.InvariantCulture), effect.GetString()!)
            : null;
    }

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
