using HaConnect.Routing;

namespace HaConnect.Connections;

/// <summary>What an operation asks for.</summary>
/// <param name="Kind">What may be done when it fails.</param>
/// <param name="Timeout">A command's time-out, counted from outside once its connection is open; null for none.</param>
/// <param name="HandsConnectionOver">Whether the connection stays open where the work succeeds: whoever gets its result closes it.</param>
/// <param name="Read">Where it only reads: where. It may always be repeated.</param>
/// <param name="IsOwn">Whether it is HaConnect's own: a pipeline of the application's is not for it.</param>
internal sealed record OperationRequest(WorkKind Kind, TimeSpan? Timeout = null, bool HandsConnectionOver = false, ResolvedPolicy? Read = null, bool IsOwn = false)
{
    private static readonly OperationRequest[] s_plain = [new(WorkKind.Write), new(WorkKind.IdempotentWrite), new(WorkKind.Never)];

    internal static OperationRequest Own { get; } = new(WorkKind.IdempotentWrite, IsOwn: true);

    internal static OperationRequest Of(WorkKind kind) => s_plain[(int)kind];
}
