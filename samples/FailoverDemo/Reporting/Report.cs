using System.Text.Json;
using FailoverDemo.Servers;
using HaConnect.Operations;
using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Workload;
using HaConnect.Testing;

namespace FailoverDemo.Reporting;

/// <summary>The figures of a run; null is what could not be measured. Its members are the names in the JSON object.</summary>
internal sealed record Report
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required int AckedWrites { get; init; }
    public required int? LostWrites { get; init; }
    public required int FailedOperations { get; init; }
    public required double? KillToFirstWriteSeconds { get; init; }
    public required double LongestWriteGapSeconds { get; init; }
    public required int? OldTimeline { get; init; }
    public required int? NewTimeline { get; init; }
    public required string? NewPrimary { get; init; }
    public required IReadOnlyDictionary<string, int> ReadsByNode { get; init; }
    public required double MaxReadStalenessSeconds { get; init; }
    public required double MaxReplicaLagSeconds { get; init; }

    /// <summary>Writes that were repeated because the outcome of an attempt was not known.</summary>
    public required int RetriedUnknown { get; init; }

    /// <summary>Those of them that an earlier attempt had applied already.</summary>
    public required int FoundApplied { get; init; }

    public required IReadOnlyList<string> LostKeys { get; init; }
    public required IReadOnlyList<string> Failures { get; init; }

    /// <summary>Why the exit code is not 0; empty where it is.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    public required IReadOnlyList<ReportedEvent> Timeline { get; init; }

    public required string Rejoined { get; init; }

    public static Report Of(PostgresCluster cluster, PostgresNode oldPrimary, int? oldTimeline, Ledger ledger, DemoEnd final, DrillTimeline timeline, DemoOptions options)
    {
        var writes = ledger.Writes.SelectMany(list => list).ToArray();
        IReadOnlySet<WriteKey> lost = final.Read?.Lost ?? new HashSet<WriteKey>();
        var report = new Report
        {
            AckedWrites = writes.Count(write => write.AckedAt is not null),
            LostWrites = final.Read?.Lost.Count,
            FailedOperations = ledger.Failures.Count,
            KillToFirstWriteSeconds = Rounded(WriteGaps.FaultToFirstWrite(ledger, oldPrimary.Name)),
            LongestWriteGapSeconds = Rounded(WriteGaps.Longest(ledger))!.Value,
            OldTimeline = oldTimeline,
            NewTimeline = final.Read?.Timeline,
            NewPrimary = final.NewPrimary?.Name,
            ReadsByNode = cluster.Nodes.ToDictionary(node => node.Name, node => ledger.Reads.Count(read => read.Node == node.Name), StringComparer.Ordinal),
            MaxReadStalenessSeconds = Rounded(Staleness.Greatest(ledger, lost))!.Value,
            MaxReplicaLagSeconds = DemoOptions.MaxReplicaLag.TotalSeconds,
            RetriedUnknown = writes.Count(write => write.Attempts > 1),
            FoundApplied = writes.Count(write => write.WasApplied),
            LostKeys = [.. lost.OrderBy(key => key.Writer).ThenBy(key => key.Sequence).Take(FinalRead.MaxNamed).Select(key => key.ToString())],
            Failures = [.. ledger.Failures.Take(FinalRead.MaxNamed)],
            Problems = [],
            Timeline = [.. timeline.Events.OrderBy(e => e.At).Select(e => new ReportedEvent(Rounded(ledger.Between(ledger.FaultAt ?? e.At, e.At))!.Value, e.Label, e.Sentence))],
            Rejoined = final.Rejoined is { } rejoined ? $"{oldPrimary.Name} by {(rejoined.Method == RejoinMethod.Rewind ? "pg_rewind" : "a base backup")}" : "no",
        };
        return report with { Problems = [.. final.Problems, .. report.Faults(options)] };
    }

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    private IEnumerable<string> Faults(DemoOptions options)
    {
        if (LostWrites > 0 && !options.IsAsynchronous)
            yield return $"{LostWrites} acked writes are lost.";
        if (FailedOperations > 0)
            yield return $"{FailedOperations} operations failed.";
        if (MaxReadStalenessSeconds > MaxReplicaLagSeconds)
            yield return $"A read was {MaxReadStalenessSeconds:0.000} s stale; the bound is {MaxReplicaLagSeconds:0.###} s.";
        if (KillToFirstWriteSeconds is null)
            yield return "No server acked a write after the fault.";
    }

    private static double? Rounded(TimeSpan? duration) => duration is { } some ? Math.Round(some.TotalSeconds, 3) : null;
}
