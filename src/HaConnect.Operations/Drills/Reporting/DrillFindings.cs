namespace HaConnect.Operations.Drills.Reporting;

/// <summary>All that a drill has found out; null is what could not be measured. Its members are the names in the JSON object.</summary>
internal sealed record DrillFindings
{
    /// <summary>Rises where a member is removed, or means something else.</summary>
    public int SchemaVersion { get; init; } = 1;

    public required DrillKind Kind { get; init; }
    public required string Fault { get; init; }
    public required string Cluster { get; init; }
    public required bool IsLocal { get; init; }
    public required DateTimeOffset At { get; init; }
    public required double DurationSeconds { get; init; }
    public required bool Passed { get; init; }

    /// <summary>Why it has not passed; empty where it has.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    public required string FirstPrimary { get; init; }
    public required string? NewPrimary { get; init; }
    public required int? FirstTimeline { get; init; }
    public required int? NewTimeline { get; init; }

    public required double? DetectionSeconds { get; init; }
    public required double? RecoverySeconds { get; init; }
    public required double RecoveryTargetSeconds { get; init; }
    public required double LongestWriteGapSeconds { get; init; }

    public required int AckedWrites { get; init; }
    public required int? LostWrites { get; init; }
    public required long? LostTarget { get; init; }
    public required IReadOnlyList<string> LostKeys { get; init; }
    public required int FailedOperations { get; init; }
    public required IReadOnlyList<string> Failures { get; init; }

    /// <summary>Writes that were repeated because the outcome of an attempt was not known.</summary>
    public required int RetriedUnknown { get; init; }

    /// <summary>Those of them that an earlier attempt had applied already.</summary>
    public required int FoundApplied { get; init; }

    public required IReadOnlyDictionary<string, int> ReadsByNode { get; init; }
    public required double MaxReadStalenessSeconds { get; init; }
    public required double MaxReplicaLagSeconds { get; init; }

    public required DrillIntegrity? Integrity { get; init; }

    /// <summary>What was done to bring the cluster back into its first shape.</summary>
    public required IReadOnlyList<string> BroughtBack { get; init; }

    public required bool IsInFirstShape { get; init; }

    /// <summary>The user's own program; null where there was none.</summary>
    public required DrillCommandResult? Command { get; init; }

    public required IReadOnlyList<DrillEvent> Timeline { get; init; }

    /// <summary>Acked writes in each tenth of a second, from the begin of the workload.</summary>
    public required IReadOnlyList<int> AckedPerTenth { get; init; }

    /// <summary>When the workload began, in seconds after the fault: negative.</summary>
    public required double BeganAtSeconds { get; init; }

    public required IReadOnlyList<DrillFact> Environment { get; init; }
    public required IReadOnlyList<string> NotProven { get; init; }
}
