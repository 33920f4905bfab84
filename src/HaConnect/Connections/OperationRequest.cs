using HaConnect.Routing;

namespace HaConnect.Connections;

/// <summary>What an operation asks for.</summary>
/// <param name="Kind">What may be done when its outcome is not known.</param>
/// <param name="Timeout">A command's time-out, counted from outside once its connection is open; null for none.</param>
/// <param name="HandsConnectionOver">Whether the connection stays open where the work succeeds: whoever gets its result closes it.</param>
/// <param name="Read">Where it only reads: where. It may always be repeated.</param>
internal sealed record OperationRequest(WorkKind Kind, TimeSpan? Timeout = null, bool HandsConnectionOver = false, ResolvedPolicy? Read = null)
{
    internal static OperationRequest Write { get; } = new(WorkKind.Write);

    internal static OperationRequest IdempotentWrite { get; } = new(WorkKind.IdempotentWrite);

    internal bool MayBeRepeated => Read is not null || Kind == WorkKind.IdempotentWrite;
}
