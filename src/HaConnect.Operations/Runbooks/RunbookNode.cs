namespace HaConnect.Operations.Runbooks;

/// <summary>A data node as a runbook tells of it; null is what was not seen.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
/// <param name="MayAck">Whether it may be a synchronous standby.</param>
internal sealed record RunbookNode(string Name, string Host, int Port, bool MayAck)
{
    internal string? Role { get; init; }

    internal int? Timeline { get; init; }

    internal RunbookServer? Server { get; init; }
}
