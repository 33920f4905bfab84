using System.Globalization;

namespace HaConnect.Failover.Manual;

/// <summary>
/// A failover that somebody asks for, as a standby shows it: by the name of a session that waits there for it and leaves nothing behind. There
/// is no primary on which it could be written.
/// </summary>
/// <param name="Term">The term in force when it was asked for; in another one it is not heeded.</param>
/// <param name="AcceptsLoss">Whether acked writes may be lost.</param>
internal sealed record ManualFailover(long Term, bool AcceptsLoss)
{
    /// <summary>What the names of such sessions begin with.</summary>
    internal const string Prefix = "haconnect-failover/";

    private const string Loss = "/loss";

    internal string SessionName => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Term}{(AcceptsLoss ? Loss : "")}");

    internal static ManualFailover? Parse(string? sessionName)
    {
        if (sessionName?.StartsWith(Prefix, StringComparison.Ordinal) != true)
            return null;
        var acceptsLoss = sessionName.EndsWith(Loss, StringComparison.Ordinal);
        var number = sessionName[Prefix.Length..(acceptsLoss ? ^Loss.Length : ^0)];
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var term) ? new ManualFailover(term, acceptsLoss) : null;
    }
}
