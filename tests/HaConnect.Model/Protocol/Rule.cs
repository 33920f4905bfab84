namespace HaConnect.Model;

/// <summary>The rules of the protocol, each of which can be broken.</summary>
[Flags]
public enum Rule
{
    None = 0,

    /// <summary>The quorum counts all configured synchronous standbys. Broken: only those in reach.</summary>
    ConfiguredQuorum = 1 << 0,

    /// <summary>n − k + 1 are cut off. Broken: n − k.</summary>
    QuorumSize = 1 << 1,

    /// <summary>A standby counts as cut off when its receiver has stopped. Broken: as soon as it is told to.</summary>
    ReceiverStops = 1 << 2,

    /// <summary>A position is read after the cut-off. Broken: before.</summary>
    PositionAfterCutOff = 1 << 3,

    /// <summary>Positions are compared within a term. Broken: by LSN alone.</summary>
    TermBeforeLsn = 1 << 4,

    /// <summary>A voter takes orders of the term it promised only. Broken: nobody looks.</summary>
    Promise = 1 << 5,

    /// <summary>The candidate has its synchronous names before it is promoted. Broken: it has none, then and later.</summary>
    Preset = 1 << 6,

    /// <summary>Operations go to an established primary only. Broken: to a promoted one.</summary>
    ServeEstablished = 1 << 7,

    /// <summary>A node is rebuilt from an established primary only. Broken: from a promoted one.</summary>
    RewindEstablished = 1 << 8,

    /// <summary>A repoint demands the promise. Broken: it does not.</summary>
    RepointPromised = 1 << 9,

    /// <summary>A statement with effect runs in the session that holds the lock. Broken: in any.</summary>
    LockSession = 1 << 10,

    /// <summary>The old primary keeps its synchronous names. Broken: they are emptied, which releases its waiters as acked.</summary>
    OldNames = 1 << 11,

    /// <summary>Backends of the old primary are terminated. Broken: cancelled, which acks what they waited for.</summary>
    Terminate = 1 << 12,

    /// <summary>A receiver that is there when a position is read is a refusal. Broken: nobody looks.</summary>
    NoReceiverAtPosition = 1 << 13,

    /// <summary>Every lock session is asked again before the promotion. Broken: none is.</summary>
    Verify = 1 << 14,

    /// <summary>The promoting statement checks all it relies on. Broken: only that it is in recovery.</summary>
    GuardedPromotion = 1 << 15,

    /// <summary>Who would have too few followers is not promoted. Broken: it is.</summary>
    EnoughFollowers = 1 << 16,

    /// <summary>The furthest is promoted. Broken: any that was cut off.</summary>
    Furthest = 1 << 17,

    /// <summary>Established is what k standbys have flushed. Broken: what is committed.</summary>
    FlushBeforeEstablish = 1 << 18,

    /// <summary>Only a primary of an older term than the established one is rebuilt. Broken: any that is not the established one.</summary>
    RebuildForward = 1 << 19,

    /// <summary>The promise of a later term carries the newest decision on. Broken: it is forgotten.</summary>
    DecisionKept = 1 << 20,

    /// <summary>Nobody is confirmed or pointed back to while another node may have been promoted. Broken: nobody looks.</summary>
    Contender = 1 << 21,

    /// <summary>The row of a term is committed before any follower is pointed to its primary. Broken: at the same time.</summary>
    RowFirst = 1 << 22,

    /// <summary>A position is refused while a promotion is under way. Broken: it is read.</summary>
    NoPromotionAtPosition = 1 << 23,

    /// <summary>
    /// That a contender has acked nothing is told by so many of all other data nodes that any k of them meet these, before anybody is
    /// confirmed or promoted. Broken: by those that the row in force names, before anybody is confirmed.
    /// </summary>
    ContenderFollowers = 1 << 24,
}
