using System.Diagnostics;
using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Hosting;

/// <summary>A postmaster that is our child, and everything it forked.</summary>
internal sealed class LocalServerProcess(Process postmaster, string dataDirectory) : IServerProcess
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public bool IsRunning => !postmaster.HasExited;

    public Task SignalAsync(UnixSignal signal, CancellationToken cancellationToken)
    {
        if (IsRunning)
            LibC.Signal(postmaster.Id, signal);
        return Task.CompletedTask;
    }

    public async Task TerminateChildAsync(int pid, CancellationToken cancellationToken)
    {
        if ((await FindAsync(cancellationToken).ConfigureAwait(false)).Any(process => process.Pid == pid))
            LibC.Signal(pid, UnixSignal.Terminate);
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        // The postmaster first: once it is dead nothing is forked any more and nobody restarts the children. SIGKILL ends stopped processes too.
        IReadOnlyList<RunningProcess> processes = await FindAsync(cancellationToken).ConfigureAwait(false);
        await SignalAsync(UnixSignal.Kill, cancellationToken).ConfigureAwait(false);
        foreach (RunningProcess process in processes)
            LibC.Signal(process.Pid, UnixSignal.Kill);
        await Poll.UntilAsync($"end of all processes in {dataDirectory}", async ct =>
        {
            processes = await FindAsync(ct).ConfigureAwait(false);
            foreach (RunningProcess process in processes)
                LibC.Signal(process.Pid, UnixSignal.Kill);
            return processes.Count == 0 ? null : Describe(processes);
        }, Patience, Turn, cancellationToken).ConfigureAwait(false);
        await postmaster.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task FreezeAsync(CancellationToken cancellationToken)
    {
        // A stopped postmaster forks nothing, so once it is seen stopped the next list of its children is complete.
        await StopProcessAsync(postmaster.Id, cancellationToken).ConfigureAwait(false);
        await Poll.UntilAsync($"standstill of all processes in {dataDirectory}", async ct =>
        {
            List<RunningProcess> moving = [.. (await FindAsync(ct).ConfigureAwait(false)).Where(p => !p.IsStopped)];
            foreach (RunningProcess process in moving)
                LibC.Signal(process.Pid, UnixSignal.Stop);
            return moving.Count == 0 ? null : Describe(moving);
        }, Patience, Turn, cancellationToken).ConfigureAwait(false);
    }

    private async Task StopProcessAsync(int pid, CancellationToken cancellationToken)
    {
        LibC.Signal(pid, UnixSignal.Stop);
        await Poll.UntilAsync($"standstill of the postmaster {pid}", async ct =>
        {
            bool moving = (await FindAsync(ct).ConfigureAwait(false)).Any(p => p.Pid == pid && !p.IsStopped);
            return moving ? "it still runs" : null;
        }, Patience, Turn, cancellationToken).ConfigureAwait(false);
    }

    public async Task ThawAsync(CancellationToken cancellationToken)
    {
        // Children first: a postmaster that woke alone could find its children hanging.
        foreach (RunningProcess process in await FindAsync(cancellationToken).ConfigureAwait(false))
        {
            if (process.Pid != postmaster.Id)
                LibC.Signal(process.Pid, UnixSignal.Continue);
        }
        await SignalAsync(UnixSignal.Continue, cancellationToken).ConfigureAwait(false);
    }

    public async Task WaitForExitAsync(CancellationToken cancellationToken)
    {
        await postmaster.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        await Poll.UntilAsync($"end of all processes in {dataDirectory}", async ct =>
        {
            IReadOnlyList<RunningProcess> left = await FindAsync(ct).ConfigureAwait(false);
            return left.Count == 0 ? null : Describe(left);
        }, Patience, Turn, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync(CancellationToken.None).ConfigureAwait(false);
        postmaster.Dispose();
    }

    private Task<IReadOnlyList<RunningProcess>> FindAsync(CancellationToken cancellationToken) => FolderProcesses.FindAsync(dataDirectory, cancellationToken);

    private static string Describe(IEnumerable<RunningProcess> processes) => "still there: " + string.Join(", ", processes.Select(p => $"{p.Pid} ({p.State})"));
}
