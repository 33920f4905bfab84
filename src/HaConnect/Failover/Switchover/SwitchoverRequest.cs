namespace HaConnect.Failover.Switchover;

/// <summary>A switchover that somebody has asked for, as the present primary has it on record. Each is tried once.</summary>
/// <param name="Id">Its number there.</param>
/// <param name="Term">The term in force when it was asked for; in another one it is not tried. Null for any.</param>
/// <param name="Target">Who is to become the primary; null for whoever has the highest priority.</param>
/// <param name="DrainTimeout">How long running transactions may take to end.</param>
/// <param name="Terminates">Whether the sessions of those that then still run are ended; else the switchover is called off.</param>
internal sealed record SwitchoverRequest(long Id, long? Term, string? Target, TimeSpan DrainTimeout, bool Terminates)
{
    /// <summary>The outcome on record where the target has become the primary; any other is why it has not.</summary>
    internal const string Succeeded = "established";

    internal const string Lost = "its coordinator was lost midway";
}
