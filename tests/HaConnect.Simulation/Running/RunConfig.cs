using HaConnect.Failover;
using HaConnect.Options;

namespace HaConnect.Simulation.Running;

/// <summary>What a run is made of, beside its seed and its faults.</summary>
internal sealed record RunConfig
{
    internal int DataNodes { get; init; } = 3;

    internal int Witnesses { get; init; }

    /// <summary>The k of <c>ANY k (…)</c>.</summary>
    internal int Required { get; init; } = 1;

    /// <summary>After how long without enough synchronous standbys the primary takes writes alone.</summary>
    internal TimeSpan? DegradeAfter { get; init; }

    /// <summary>Lost primaries are fenced from outside PostgreSQL.</summary>
    internal bool FencesOutside { get; init; }

    internal int Instances { get; init; } = 3;

    internal int WritersPerInstance { get; init; } = 1;

    /// <summary>Only what hurts a client is judged, not the steps that lead there: shows that a broken rule does harm.</summary>
    internal bool JudgesHarmOnly { get; init; }

    /// <summary>Whether a fifth of the runs are switchovers; rules of the failover are broken in failovers.</summary>
    internal bool HasSwitchovers { get; init; } = true;

    /// <summary>Rules that the shipped code is told to break.</summary>
    internal BrokenRules Broken { get; init; }

    /// <summary>Rules that are broken between the code and the servers.</summary>
    internal Breaks Breaks { get; init; }

    /// <summary>Virtual seconds: the run, and from when on there are no faults.</summary>
    internal long Length { get; init; } = 30_000_000;

    internal long FaultsUntil { get; init; } = 17_000_000;

    /// <summary>How old what a reader sees may be; it also sets the pace of probing. The default is the product's own.</summary>
    internal TimeSpan ReadBound { get; init; } = new RoutingOptions().MaxReplicaLag;

    /// <summary>The kind of cluster, for the figures.</summary>
    internal string Kind => $"{DataNodes} data nodes{(Witnesses > 0 ? $" and {Witnesses} witness" : "")}, ANY {Required}{(DegradeAfter is null ? "" : " or alone")}{(FencesOutside ? ", fenced" : "")}";

    internal bool DoesBreak(Breaks rule) => Breaks.HasFlag(rule);

    internal int Voters => DataNodes + Witnesses;
}
