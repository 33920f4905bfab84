namespace HaConnect.Histories;

/// <summary>What the sessions of one group met in one phase.</summary>
internal sealed record SessionTally(string Group, string Phase)
{
    public int Reads { get; set; }

    /// <summary>Reads that did not see what had been acked longer than the bound before.</summary>
    public int Stale { get; set; }

    public TimeSpan WorstStaleness { get; set; }

    /// <summary>Reads that a standby answered, none of them stale.</summary>
    public int ByFreshStandby { get; set; }

    /// <summary>Reads that did not see the newest acked write of their own session.</summary>
    public int OwnWriteMissed { get; set; }

    /// <summary>Reads that saw less than an earlier one of their session, of what had been acked when they began.</summary>
    public int WentBack { get; set; }

    /// <summary>The same of what was acked only later: a standby shows a commit while its primary still waits for the ack, and does not show it yet.</summary>
    public int BackBeforeAck { get; set; }

    /// <summary>Operations that threw.</summary>
    public int Failed { get; set; }

    internal double FreshStandbyShare => Reads == 0 ? 0 : (double)ByFreshStandby / Reads;

    internal void Add(SessionTally other)
    {
        Reads += other.Reads;
        Stale += other.Stale;
        WorstStaleness = other.WorstStaleness > WorstStaleness ? other.WorstStaleness : WorstStaleness;
        ByFreshStandby += other.ByFreshStandby;
        OwnWriteMissed += other.OwnWriteMissed;
        WentBack += other.WentBack;
        BackBeforeAck += other.BackBeforeAck;
        Failed += other.Failed;
    }
}
