namespace HaConnect.Failover.Switchover;

/// <summary>What became of the attempt to take a request back.</summary>
internal enum TakenBack
{
    /// <summary>Nobody had begun with it, and nobody will.</summary>
    Yes,

    /// <summary>A coordinator had begun with it, and goes on.</summary>
    HadBegun,

    /// <summary>It had ended, one way or the other.</summary>
    HadEnded,

    /// <summary>There is no such request: it never arrived, or is still waiting to be confirmed by a standby, and is void half a minute after it was asked.</summary>
    NotThere,

    /// <summary>The server did not say.</summary>
    Unknown,
}
