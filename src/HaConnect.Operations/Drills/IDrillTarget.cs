using HaConnect.Operations.Drills.Reading;

namespace HaConnect.Operations.Drills;

/// <summary>The cluster that a drill is made of, and what can be done to it from here.</summary>
internal interface IDrillTarget : IAsyncDisposable
{
    /// <summary>Whether it is a throw-away cluster of this machine.</summary>
    bool IsLocal { get; }

    /// <summary>As an application of the cluster has them.</summary>
    HaDatabaseOptions Options { get; }

    /// <summary>Through which the workload goes.</summary>
    HaDataSource Database { get; }

    IReadOnlyList<DrillServer> Servers { get; }

    /// <summary>In a word: kill.</summary>
    string Fault { get; }

    /// <summary>What is true of the cluster and of who coordinates it, for the report.</summary>
    IReadOnlyList<(string Name, string Value)> Facts { get; }

    /// <summary>What a drill of this kind does not prove, sentence by sentence.</summary>
    IReadOnlyList<string> NotProven { get; }

    /// <summary>What the user's own program needs to find the cluster.</summary>
    IReadOnlyDictionary<string, string> CommandEnvironment { get; }

    /// <summary>A connection string that can read every table of the application's database at a server.</summary>
    string Verifier(DrillServer server);

    /// <summary>The nodes that the fault strikes; the primary is the first.</summary>
    IReadOnlyList<string> Struck(string primary);

    /// <summary>What the fault is, for people.</summary>
    string Tell(string primary);

    /// <summary>Makes the fault.</summary>
    Task StrikeAsync(string primary, CancellationToken cancellationToken);

    /// <summary>Brings a node back as a standby.</summary>
    /// <returns>How.</returns>
    Task<string> BringBackAsync(string node, CancellationToken cancellationToken);

    Task<SwitchoverResult> SwitchoverAsync(string? node, IProgress<string> progress, CancellationToken cancellationToken);

    /// <summary>Adds what coordinators elsewhere have recorded, where they are not of this process.</summary>
    Task AddTimelineAsync(DrillTimeline timeline, DateTimeOffset since, DrillServer primary, CancellationToken cancellationToken);

    /// <summary>What is left to do where a drill was called off, after all that could be done from here.</summary>
    Task<string> LeaveAsync(string? primary, IReadOnlyList<string> notBack);
}
