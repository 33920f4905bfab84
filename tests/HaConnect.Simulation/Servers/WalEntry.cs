using HaConnect.Failover.Switchover;
using HaConnect.Probing;

namespace HaConnect.Simulation.Servers;

/// <summary>
/// A piece of WAL, the same object on every server that has it: a client's write, the row of a term, its mark, or something that no
/// client waits for.
/// </summary>
internal sealed class WalEntry
{
    /// <summary>A client's write; 0 for anything else.</summary>
    internal long Write { get; init; }

    internal TermRow? Row { get; init; }

    internal string? RowVoters { get; init; }

    /// <summary>The term that this marks as established.</summary>
    internal long Mark { get; init; }

    /// <summary>A switchover that somebody asks for, or that is marked as being tried or ended.</summary>
    internal SwitchoverRequest? Request { get; init; }

    internal long RequestStarted { get; init; }

    internal long RequestEnded { get; init; }

    /// <summary>When the client saw it acked by its own wait for synchronous replication; −1 while it has not.</summary>
    internal long AckedAt { get; set; } = -1;

    /// <summary>When a server first released it as acked.</summary>
    internal long ReleasedAt { get; set; } = -1;
}
