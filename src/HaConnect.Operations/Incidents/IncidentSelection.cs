using System.Globalization;
using HaConnect.Operations.Incidents;

namespace HaConnect.Operations;

/// <summary>Which incident is meant. With nothing set it is the last failover or switchover, done or refused.</summary>
public sealed class IncidentSelection
{
    /// <summary>One in which this term was taken, or tried.</summary>
    public long? Term { get; init; }

    /// <summary>The one under way at this moment, or else the next to it within ten minutes.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The cluster; needed where the trails tell of several.</summary>
    public string? ClusterName { get; init; }

    internal string InWords => (Term, At) switch
    {
        ({ } term, null) => string.Create(CultureInfo.InvariantCulture, $"Term {term}"),
        (null, { } at) => $"An incident at {IncidentWords.Time(at)} UTC",
        ({ } term, { } at) => string.Create(CultureInfo.InvariantCulture, $"Term {term} at {IncidentWords.Time(at)} UTC"),
        _ => "A failover or a switchover",
    };
}
