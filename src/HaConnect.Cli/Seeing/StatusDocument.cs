using HaConnect.Status;

namespace HaConnect.Cli.Seeing;

/// <summary>What <c>status</c> tells, in each of its forms.</summary>
/// <param name="SchemaVersion">Rises where a member is removed, or means something else.</param>
/// <param name="Cluster">Its name.</param>
/// <param name="At">When it was so, by this machine's clock.</param>
/// <param name="Level">ok, warn, bad or unknown: the exit code is 0, 1, 2 or 3.</param>
/// <param name="Headline">The cluster in one line.</param>
/// <param name="Primary">Its name; null where there is none.</param>
/// <param name="Term">The established term; null in a cluster that nobody coordinates.</param>
/// <param name="Reason">Why there is a primary, or none.</param>
/// <param name="IsPaused">Whether automatic failover is; null where that cannot be seen.</param>
/// <param name="Coordinator">Who coordinates, as far as is seen from here.</param>
/// <param name="Nodes">In the order of the settings.</param>
/// <param name="Witnesses">Voters without data.</param>
/// <param name="Quorum">The arithmetic of voters, commits, failover and losses.</param>
/// <param name="Problems">What is not as it should be.</param>
internal sealed record StatusDocument(
    int SchemaVersion, string Cluster, DateTimeOffset At, string Level, string Headline, string? Primary, long? Term, string Reason, bool? IsPaused, string Coordinator,
    IReadOnlyList<NodeRow> Nodes, IReadOnlyList<WitnessStatus> Witnesses, IReadOnlyList<QuorumLine> Quorum, IReadOnlyList<string> Problems)
{
    internal const int Schema = 1;

    internal int ExitCode => Level switch
    {
        Levels.Ok => ExitCodes.Ok,
        Levels.Warn => ExitCodes.Attention,
        Levels.Bad => ExitCodes.Down,
        _ => ExitCodes.Unknown,
    };
}
