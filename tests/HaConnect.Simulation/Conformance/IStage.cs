using HaConnect.Connections;
using HaConnect.Probing;

namespace HaConnect.Simulation.Conformance;

/// <summary>
/// A cluster on which a script is played: n1, the primary, and its standbys. There are two: simulated servers in virtual time, and real
/// ones. The sessions are those of a coordinator, and what a server shows is what the probe reads.
/// </summary>
internal interface IStage
{
    TimeProvider Time { get; }

    HaDatabaseOptions Options { get; }

    /// <summary>Before 17, ALTER SYSTEM does not know a custom setting that the session has not set.</summary>
    int MajorVersion { get; }

    ISessionSource Sessions(string node);

    /// <summary>What a probe reads now; null where there is no answer.</summary>
    Task<ServerState?> ProbeAsync(string node);

    /// <summary>The rows that a client sees.</summary>
    Task<string> RowsAsync(string node);

    /// <summary>A client's INSERT in a session of its own, begun and not awaited.</summary>
    IClientWrite Insert(string node, long row);

    /// <summary>SIGKILL of all processes; returns when they are gone.</summary>
    Task KillAsync(string node);

    /// <summary>Returns when it accepts connections.</summary>
    Task StartAsync(string node);

    Task FreezeAsync(string node);

    Task ThawAsync(string node);

    Task PauseReplayAsync(string node);

    /// <summary>A stopped node gets a standby.signal, and a primary_conninfo that leads to the other; nothing else of its own settings is left.</summary>
    Task MakeStandbyAsync(string node, string upstream);

    /// <summary>A stopped node is replaced by a base backup of the other (<c>pg_basebackup -R</c>), nothing of which is changed.</summary>
    Task CopyAsync(string node, string from);
}
