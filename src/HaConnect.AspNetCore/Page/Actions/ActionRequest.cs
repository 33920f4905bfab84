namespace HaConnect.AspNetCore.Page.Actions;

/// <summary>What the page sends with an action.</summary>
/// <param name="Target">Of a switchover: the name of the node; null for the standby that is best placed.</param>
/// <param name="Reason">Of a pause: why.</param>
internal sealed record ActionRequest(string? Target, string? Reason);
