using DotNet.Testcontainers.Containers;
using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Hosting;

/// <summary>A postmaster that is process 1 of a container: when it ends, the kernel ends all others of the container.</summary>
internal sealed class DockerServerProcess : IServerProcess
{
    private readonly IContainer _container;
    private readonly Task<long> _exit;

    public DockerServerProcess(IContainer container) => (_container, _exit) = (container, container.GetExitCodeAsync(CancellationToken.None));

    public bool IsRunning => !_exit.IsCompleted;

    public Task SignalAsync(UnixSignal signal, CancellationToken cancellationToken) =>
        signal == UnixSignal.Kill ? _container.StopAsync(cancellationToken) : SignalInsideAsync(1, signal, cancellationToken); // the kernel shields process 1 from its own namespace's SIGKILL

    public Task TerminateChildAsync(int pid, CancellationToken cancellationToken) => SignalInsideAsync(pid, UnixSignal.Terminate, cancellationToken);

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        if (IsRunning)
            await _container.StopAsync(cancellationToken).ConfigureAwait(false);
        await WaitForExitAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task FreezeAsync(CancellationToken cancellationToken) => _container.PauseAsync(cancellationToken);

    public Task ThawAsync(CancellationToken cancellationToken) => _container.UnpauseAsync(cancellationToken);

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _exit.WaitAsync(cancellationToken);

    public ValueTask DisposeAsync() => _container.DisposeAsync();

    private async Task SignalInsideAsync(int pid, UnixSignal signal, CancellationToken cancellationToken) =>
        await _container.ExecAsync(["sh", "-c", $"kill -{signal.LinuxNumber()} {pid}"], cancellationToken).ConfigureAwait(false);
}
