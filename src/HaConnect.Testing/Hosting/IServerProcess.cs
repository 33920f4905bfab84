using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Hosting;

/// <summary>One run of one server, from its start until its last process is gone.</summary>
internal interface IServerProcess : IAsyncDisposable
{
    bool IsRunning { get; }

    /// <summary>Signals the postmaster only.</summary>
    Task SignalAsync(UnixSignal signal, CancellationToken cancellationToken);

    /// <summary>Asks one process of the server to end, by SIGTERM.</summary>
    Task TerminateChildAsync(int pid, CancellationToken cancellationToken);

    /// <summary>Kills every process at once and returns when all are gone.</summary>
    Task KillAsync(CancellationToken cancellationToken);

    Task FreezeAsync(CancellationToken cancellationToken);

    Task ThawAsync(CancellationToken cancellationToken);

    /// <summary>Returns when the postmaster is reaped and every process that it left is gone.</summary>
    Task WaitForExitAsync(CancellationToken cancellationToken);
}
