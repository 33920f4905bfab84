namespace HaConnect;

/// <summary>
/// An element of <see cref="HaDataSource.ListenAsync(IEnumerable{string}, CancellationToken)"/>: a notification; or, where <see cref="MissedSince"/> is set, the signal that
/// listening has begun, here or anew, and that what was notified since then may have been missed.
/// </summary>
public sealed class HaNotification
{
    internal HaNotification()
    {
    }

    /// <summary>The channel, as it was given; empty for a signal.</summary>
    public string Channel { get; internal init; } = "";

    /// <summary>What came with it; empty where nothing did, and for a signal.</summary>
    public string Payload { get; internal init; } = "";

    /// <summary>The server process that notified; 0 for a signal.</summary>
    public int ProcessId { get; internal init; }

    /// <summary>
    /// For a signal, by this instance's clock: the last moment at which listening was known to work, or, for the first, at which it was asked for. Whatever was
    /// notified before it has been given; of what came after it some may be missing. Null for a notification.
    /// </summary>
    public DateTimeOffset? MissedSince { get; internal init; }

    /// <summary>For a signal why, as a clause for people; null for a notification.</summary>
    public string? Reason { get; internal init; }
}
