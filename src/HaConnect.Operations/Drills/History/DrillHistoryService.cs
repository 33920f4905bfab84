using Microsoft.Extensions.Hosting;

namespace HaConnect.Operations.Drills.History;

/// <summary>Reads the history for as long as the host runs.</summary>
internal sealed class DrillHistoryService(DrillHistoryWatch watch) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        watch.Start();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await watch.DisposeAsync().ConfigureAwait(false);
}
