namespace HaConnect.Operations.Planning.Verification;

/// <summary>What a planned server was found to be.</summary>
internal sealed record ServerFound(PlannedNode Node)
{
    /// <summary>Why it could not be read; null where it was.</summary>
    internal string? Problem { get; init; }

    internal bool InRecovery { get; init; }

    internal string SystemIdentifier { get; init; } = "";

    internal int Major { get; init; }

    /// <summary>As <c>synchronous_standby_names</c> has them.</summary>
    internal string SynchronousNames { get; init; } = "";

    /// <summary>The application names that stream from it; null where they cannot be seen.</summary>
    internal IReadOnlyList<string>? Streaming { get; init; }

    internal IReadOnlyDictionary<string, FoundSetting> Settings { get; init; } = new Dictionary<string, FoundSetting>(StringComparer.Ordinal);

    internal IReadOnlyList<FoundRole> Roles { get; init; } = [];

    /// <summary>Of the newest term; null where there is none on record.</summary>
    internal IReadOnlyList<string>? Voters { get; init; }
}
