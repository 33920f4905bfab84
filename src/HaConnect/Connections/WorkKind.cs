namespace HaConnect;

/// <summary>What may be done with work whose outcome is not known.</summary>
public enum WorkKind
{
    /// <summary>
    /// It may write, and repeating it could apply it twice: retried only while it has not begun. When the connection is lost
    /// midway, <see cref="CommitOutcomeUnknownException"/> is thrown.
    /// </summary>
    Write = 0,

    /// <summary>
    /// It may be repeated without harm (it carries its own key, or only reads): retried until
    /// <see cref="ConnectionsOptions.WaitTimeout"/>.
    /// </summary>
    IdempotentWrite = 1,
}
