using HaConnect.Topology;

namespace HaConnect;

/// <summary>A replica that qualifies for a read, as <see cref="IReadBalancer"/> sees it.</summary>
public sealed class ReadCandidate
{
    private readonly ReadTarget _target;

    internal ReadCandidate(ReadTarget target) => _target = target;

    /// <summary>The node's name.</summary>
    public string Name => _target.Node.Name;

    /// <summary>Its zone; null where none is configured.</summary>
    public string? Zone => _target.Node.Zone;

    /// <summary><see cref="HaNodeOptions.Weight"/>, but at least 1; after it was lost, as much of it as <see cref="RoutingOptions.FailbackRamp"/> gives it by now.</summary>
    public int Weight => _target.Weight;

    /// <summary>How many connections to it this data source has handed out that are not closed yet.</summary>
    public long ConnectionsInUse => _target.Node.Load.InUse;

    /// <summary>The round trip of its last answered probe.</summary>
    public TimeSpan? Latency => _target.Latency;

    /// <summary>Whether the primary lists it as a synchronous standby; null where the probing user may not see that.</summary>
    public bool? IsSynchronous => _target.IsSynchronous;
}
