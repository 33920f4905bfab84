using HaConnect.Topology;

namespace HaConnect.Probing;

/// <summary>The result of one probe: what the server said, or how it failed. Timestamps are the TimeProvider's.</summary>
internal sealed record NodeObservation(Node Node, long SentAt, long ReceivedAt, ServerState? State, ProbeFailure? Failure)
{
    /// <summary>Beyond the intervals of <see cref="ProbingOptions"/>, after what time the next one comes at the latest: longer where this instance has no seat at the server.</summary>
    internal TimeSpan NextWithin { get; init; }

    internal static NodeObservation Answered(Node node, long sentAt, long receivedAt, ServerState state) => new(node, sentAt, receivedAt, state, null);

    internal static NodeObservation Failed(Node node, long sentAt, long receivedAt, ProbeFailure failure) => new(node, sentAt, receivedAt, null, failure);
}
