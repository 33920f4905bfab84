namespace HaConnect.Scenarios.Format;

/// <summary>The result of one probe: exactly one of <see cref="Primary"/>, <see cref="Standby"/>, <see cref="Witness"/> and <see cref="Fails"/>, and what differs from a healthy server.</summary>
internal sealed record Answer
{
    /// <summary>Out of recovery, with this insert position.</summary>
    public string? Primary { get; init; }

    /// <summary>In recovery, having replayed this position.</summary>
    public string? Standby { get; init; }

    /// <summary>A witness that answers.</summary>
    public bool Witness { get; init; }

    /// <summary>A SQLSTATE, or one of the words of <see cref="Running.ProbeErrors"/>.</summary>
    public string? Fails { get; init; }

    public TimeSpan Latency { get; init; }

    public int Timeline { get; init; } = 1;

    /// <summary>The newest established term that it shows.</summary>
    public long? Term { get; init; }

    /// <summary>A later term that it shows, which is not established yet.</summary>
    public long? NewTerm { get; init; }

    /// <summary>Its system identifier.</summary>
    public ulong System { get; init; } = 7_000_000_001;

    /// <summary>How often the server was restarted since the scenario began.</summary>
    public int Restarts { get; init; }

    public int Version { get; init; } = 170005;

    /// <summary>What a standby has received; by default what it has replayed.</summary>
    public string? Received { get; init; }

    /// <summary>The state of its WAL receiver; <c>none</c> where it receives from nobody.</summary>
    public string Receiver { get; init; } = "streaming";

    /// <summary>How long ago it heard its upstream.</summary>
    public TimeSpan Heard { get; init; } = TimeSpan.FromMilliseconds(100);

    public string? Upstream { get; init; }

    /// <summary>The standbys that a primary lists, with their <c>sync_state</c>.</summary>
    public IReadOnlyDictionary<string, string> Senders { get; init; } = new Dictionary<string, string>();

    public string SynchronousStandbyNames { get; init; } = "";

    /// <summary>The setting <c>haconnect.term</c>, as it is written on the server.</summary>
    public string? Register { get; init; }

    /// <summary>Whether the probing user is a member of <c>pg_monitor</c>.</summary>
    public bool SeesStatistics { get; init; } = true;
}
