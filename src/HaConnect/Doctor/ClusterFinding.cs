namespace HaConnect;

/// <summary>One thing that the diagnosis found. docs/operations/doctor.md lists what is looked for.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Node">The node where it was seen; null where it concerns the whole cluster.</param>
/// <param name="Problem">What was seen, and why it matters, as a sentence for people.</param>
/// <param name="Remedy">
/// What mends it, for people. What follows <c>run there: </c> is to be run by a superuser on <paramref name="Node"/>, and what follows
/// <c>run at the primary: </c> on the primary; HaConnect never runs it. For programs there is <see cref="Sql"/>.
/// </param>
public sealed record ClusterFinding(FindingSeverity Severity, string? Node, string Problem, string Remedy)
{
    /// <summary>What kind of finding it is, such as <c>sync-names-differ</c>: stable, for filters and for <see cref="Link"/>.</summary>
    public string Code { get; init; } = "";

    /// <summary>
    /// The statements that mend it, one per line and each with its semicolon, for a superuser in any database of <see cref="RunAt"/>; null where
    /// no statement does, or where it is not for a program to choose one. Names and values in them are quoted. HaConnect never runs them.
    /// </summary>
    public string? Sql { get; init; }

    /// <summary>The node where <see cref="Sql"/> is to be run; null where there is none, or no primary was found for it.</summary>
    public string? RunAt { get; init; }

    /// <summary>Whether <see cref="RunAt"/> has to be restarted (after <see cref="Sql"/>, where there is any) for the remedy to take effect.</summary>
    public bool NeedsRestart { get; init; }

    /// <summary>Where it is explained, as a path in HaConnect's repository.</summary>
    public string Link => $"docs/operations/doctor.md#{Code}";
}
