namespace HaConnect;

/// <summary>What has become of a switchover, or of a failover that was asked for.</summary>
/// <param name="Succeeded">Whether the target, or where none was named another node, is the established primary now.</param>
/// <param name="Primary">The primary now; null where none is known at the moment.</param>
/// <param name="Term">The term that belongs to it; null where none is known at the moment.</param>
/// <param name="Reason">Why it was called off, or how it ended, as a sentence for people.</param>
public sealed record SwitchoverResult(bool Succeeded, string? Primary, long? Term, string Reason)
{
    /// <summary>
    /// The sessions that <see cref="SwitchoverOptions.TerminatesOpenTransactions"/> ended, each as "process … of user (application name)". Empty
    /// where none was, or where the former primary could not say; <c>haconnect.switchover</c> and the audit trail have them, too.
    /// </summary>
    public IReadOnlyList<string> EndedSessions { get; init; } = [];
}
