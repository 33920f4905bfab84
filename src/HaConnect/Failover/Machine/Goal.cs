namespace HaConnect.Failover;

/// <summary>What a coordinator takes a new term for.</summary>
internal enum Goal
{
    None,

    /// <summary>The first term on a cluster that nobody manages yet.</summary>
    Bootstrap,

    /// <summary>The primary is well, but a coordinator before left something unfinished.</summary>
    Confirm,

    /// <summary>The primary is lost.</summary>
    Failover,

    /// <summary>Somebody has asked for another primary.</summary>
    Switchover,

    /// <summary>The primary stays, and other standbys than before have to ack.</summary>
    Reconfigure,

    /// <summary>A coordinator before promoted its candidate and did not finish.</summary>
    Adopt,
}
