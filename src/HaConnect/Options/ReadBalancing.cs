namespace HaConnect;

/// <summary>How reads are spread over replicas that all qualify.</summary>
public enum ReadBalancing
{
    /// <summary>
    /// Power of two choices: of two at random, by their weights, the one with fewer connections of this data source in use for its weight. A slow replica
    /// gets fewer reads.
    /// </summary>
    LeastInUse = 0,

    /// <summary>In turn, by their weights, however busy they are.</summary>
    RoundRobin = 1,
}
