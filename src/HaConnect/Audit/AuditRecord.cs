namespace HaConnect;

/// <summary>One step that a coordinator took, or refused to take, with its reason.</summary>
/// <param name="At">When, by the coordinator's clock.</param>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Coordinator">The instance that acted.</param>
/// <param name="Term">The term it acted in; null before a term was promised.</param>
/// <param name="Step">The step's name, for instance <c>CuttingOff</c>.</param>
/// <param name="Node">The node it is about; null where it is about the cluster.</param>
/// <param name="Sentence">What happened and why, for people.</param>
public sealed record AuditRecord(DateTimeOffset At, string Cluster, string Coordinator, long? Term, string Step, string? Node, string Sentence);
