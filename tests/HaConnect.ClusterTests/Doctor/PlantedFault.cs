namespace HaConnect.ClusterTests.Doctor;

/// <summary>Something that is made wrong on a real server, and what the diagnosis must say of it.</summary>
/// <param name="Found">The finding, as code@node; @- where it concerns the whole cluster.</param>
/// <param name="Plant">Makes it wrong.</param>
internal sealed record PlantedFault(string Found, Func<Task> Plant)
{
    /// <summary>What is found besides since it follows from the fault.</summary>
    internal IReadOnlyList<string> Besides { get; init; } = [];

    /// <summary>Null where the finding's own statements, or the restart that it asks for, must mend it.</summary>
    internal Func<Task>? ByHand { get; init; }

    /// <summary>What is still found once it is mended.</summary>
    internal IReadOnlyList<string> Left { get; init; } = [];

    internal FindingSeverity Severity { get; init; } = FindingSeverity.Warning;
}
