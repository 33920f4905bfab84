namespace HaConnect.Scenarios.Format;

/// <summary>Time passes, then probes end, then something is expected. Each part may be left out, not all of them.</summary>
internal sealed record Step
{
    public string? Note { get; init; }

    public TimeSpan? After { get; init; }

    /// <summary>Connections in the application's hands from now on, by node.</summary>
    public IReadOnlyDictionary<string, int>? InUse { get; init; }

    /// <summary>The results of probes that are sent at the same moment, in the order in which they are taken in.</summary>
    public IReadOnlyDictionary<string, Answer>? Observe { get; init; }

    public Expected? Expect { get; init; }
}
