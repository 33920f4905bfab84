namespace HaConnect.Tests.Failover.World;

/// <summary>What happens to a command that the machine asked for.</summary>
internal enum Reaction
{
    Answer,
    Refuse,

    /// <summary>Neither done nor answered.</summary>
    Silence,

    /// <summary>The session is lost, and nothing was done.</summary>
    DropBefore,

    /// <summary>It was done, and the session was lost before the answer came.</summary>
    DropAfter,
}
