using HaConnect.Diagnostics;
using Microsoft.Extensions.Logging;

namespace HaConnect.Doctor;

/// <summary>Whenever this instance was elected, what is wrong with the cluster is logged. Nobody waits for it.</summary>
internal sealed class ElectionDiagnosis(ClusterDoctor doctor, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Called by one thread at a time, and not any more once this is being disposed.</summary>
    internal void Start() => _running = Task.WhenAll(_running, Task.Run(RunAsync));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            foreach (var finding in (await doctor.DiagnoseAsync(_stop.Token).ConfigureAwait(false)).Where(f => f.Severity >= FindingSeverity.Warning))
                Log.Found(logger, finding.Problem, finding.Remedy);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The data source is being disposed.
        }
        catch (Exception e)
        {
            Log.DiagnosisFailed(logger, e);
        }
    }
}
