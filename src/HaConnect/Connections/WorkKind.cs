namespace HaConnect;

/// <summary>What may be done with work that failed. What is known of it then, and what follows, is a table in docs/concepts/retries.md.</summary>
public enum WorkKind
{
    /// <summary>
    /// It may write, and repeating it could apply it twice: repeated only where it is certain that nothing of it was applied. When the connection is lost
    /// midway, <see cref="CommitOutcomeUnknownException"/> is thrown.
    /// </summary>
    Write = 0,

    /// <summary>
    /// It may be repeated without harm (it carries its own key, or only reads): retried until
    /// <see cref="ConnectionsOptions.WaitTimeout"/>.
    /// </summary>
    IdempotentWrite = 1,

    /// <summary>It is run once at most, even where it is certain that nothing of it was applied. A primary is waited for all the same before it begins.</summary>
    Never = 2,
}
