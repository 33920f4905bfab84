using HaConnect.Discovery;

namespace HaConnect;

/// <summary>
/// How nodes are found beside the configured ones; which discoveries there are is said with <c>AddDiscovery</c>, of
/// <see cref="HaDataSourceBuilder"/> or of what <c>AddHaDatabase</c> returns.
/// </summary>
public sealed class DiscoveryOptions
{
    /// <summary>
    /// Time between two turns of each discovery in peace; 1 s to 1 h. Default 30 s. While there is no primary that answers it is 2 s at most.
    /// </summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a discovery may take before its turn counts as failed; 100 ms to 1 min. Default 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether standbys that the primary reports under an <c>application_name</c> of the form <c>host:port</c> are nodes too. The user who probes has to be
    /// allowed to see them (<c>pg_monitor</c>). Default true.
    /// </summary>
    public bool ReportedStandbys { get; set; } = true;

    /// <summary>
    /// How long such a standby has to be unreachable, and no longer reported by a primary that answers, until it is removed; 10 s to 1 day.
    /// Default 5 min.
    /// </summary>
    public TimeSpan ForgetAfter { get; set; } = TimeSpan.FromMinutes(5);

    internal IList<INodeDiscovery> Sources { get; } = [];
}
