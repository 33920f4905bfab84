namespace HaConnect;

/// <summary>
/// How the nodes are watched: one session and one statement at a time per node. On each server at most a quarter of its
/// <c>max_connections</c> instances keep that session; the others look in by short ones, more rarely than the intervals here say: every
/// three quarters of <see cref="RoutingOptions.MaxReplicaLag"/> (10 s at most) where few do so, and up to once a minute where many do.
/// </summary>
public sealed class ProbingOptions
{
    /// <summary>
    /// Time between two probes of a node in peace; 10 ms to 5 s, and at most a quarter of
    /// <see cref="RoutingOptions.MaxReplicaLag"/>, since a rarer probe could not prove that bound.
    /// Default: a quarter of that bound, at most 1 s.
    /// </summary>
    public TimeSpan? Interval { get; set; }

    /// <summary>Time between two probes while anything is suspect or the primary is missing; 10 ms to 10 s. Default 100 ms.</summary>
    public TimeSpan SuspectInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a probe may take before it counts as a time-out; 50 ms to 30 s. Default 500 ms.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How many time-outs in a row make a node unreachable; 1 to 20. Default 3. A refused or reset connection counts at once.
    /// </summary>
    public int TimeoutsUntilUnreachable { get; set; } = 3;

    internal TimeSpan EffectiveInterval(TimeSpan maxReplicaLag)
    {
        var quarter = maxReplicaLag / 4;
        return Interval ?? (quarter < TimeSpan.FromSeconds(1) ? quarter : TimeSpan.FromSeconds(1));
    }
}
