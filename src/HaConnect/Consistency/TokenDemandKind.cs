namespace HaConnect.Consistency;

/// <summary>What is to be done for a read under a token.</summary>
internal enum TokenDemandKind
{
    /// <summary>Any standby will do that has replayed a position, and the primary.</summary>
    Replayed,

    /// <summary>The primary's record of terms must be asked.</summary>
    AskPrimary,

    /// <summary>The token is of a later term than this instance has seen, or there is no primary: wait for the snapshot to change.</summary>
    Wait,

    /// <summary>What it stands for may be lost, or is another cluster's.</summary>
    Refused,
}
