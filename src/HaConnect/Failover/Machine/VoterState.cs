using HaConnect.Failover.Promotion;

namespace HaConnect.Failover;

/// <summary>What the coordinator has reached at one voter.</summary>
internal sealed record VoterState(Voter Voter)
{
    internal bool HoldsLock { get; init; }

    internal VoterRecord? Record { get; init; }

    /// <summary>The term that it promised in this lock session.</summary>
    internal long Promised { get; init; }

    internal bool IsCutOff { get; init; }

    internal StandbyPosition? Position { get; init; }

    internal bool HasDecision { get; init; }

    internal bool IsVerified { get; init; }

    internal bool IsRepointed { get; init; }

    internal bool HasAccepted { get; init; }

    /// <summary>It refuses writes and acks nothing, until it has rejoined.</summary>
    internal bool IsFenced { get; init; }

    /// <summary>Why the last command failed here.</summary>
    internal string? Problem { get; init; }

    /// <summary>All that belonged to an earlier attempt is forgotten; the lock and what was read stay.</summary>
    internal VoterState Anew() => new(Voter) { HoldsLock = HoldsLock, Record = Record };
}
