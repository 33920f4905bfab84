namespace HaConnect.Cli.Seeing;

/// <summary>What <c>doctor</c> tells.</summary>
/// <param name="SchemaVersion">Rises where a member is removed, or means something else.</param>
/// <param name="Cluster">Its name.</param>
/// <param name="Findings">The worst first.</param>
internal sealed record DoctorDocument(int SchemaVersion, string Cluster, IReadOnlyList<ClusterFinding> Findings);
