namespace HaConnect.Operations.Auditing;

/// <summary>What bytes that should be a line are.</summary>
/// <param name="Line">What it says; null where it cannot be read.</param>
/// <param name="Hash">The hash that it states.</param>
/// <param name="IsGenuine">Whether that is the hash of what it says.</param>
/// <param name="Problem">Why it cannot be read.</param>
internal sealed record LineReading(AuditLine? Line, string Hash, bool IsGenuine, string? Problem)
{
    internal static LineReading Unreadable(string why) => new(null, "", false, why);
}
