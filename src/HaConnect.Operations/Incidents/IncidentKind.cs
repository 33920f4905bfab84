namespace HaConnect.Operations.Incidents;

/// <summary>What an incident was, by what coordinators told of it.</summary>
internal enum IncidentKind
{
    /// <summary>The primary was lost, and coordinators promoted another node by themselves.</summary>
    Failover,

    /// <summary>The same, where somebody had asked for it.</summary>
    FailoverByHand,

    /// <summary>The primary was lost, or seemed so, and no other node was promoted.</summary>
    RefusedFailover,

    /// <summary>The primary answered again before anything was changed.</summary>
    Recovered,

    /// <summary>Another node was made the primary in good order.</summary>
    Switchover,

    /// <summary>A switchover was begun or asked for, and did not come to its end.</summary>
    SwitchoverCalledOff,

    /// <summary>A term that changed who acks, or confirmed the primary.</summary>
    Reconfiguration,

    /// <summary>Instances have seen another primary, and no coordinator tells of it.</summary>
    SeenOnly,
}
