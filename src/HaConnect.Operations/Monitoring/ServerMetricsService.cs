using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HaConnect.Operations.Monitoring;

/// <summary>Reads the servers' figures for as long as the host runs.</summary>
internal sealed class ServerMetricsService(IServiceProvider provider, object? key, ServerMetricsOptions options) : IHostedService
{
    private ServerMetricsLoop? _loop;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var runtime = provider.GetRequiredKeyedService<HaDataSource>(key).Runtime;
        _loop = ServerMetricsLoop.Start(runtime, options, provider.GetService<ILoggerFactory>()?.CreateLogger("HaConnect.Monitoring") ?? NullLogger.Instance);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_loop is not null)
            await _loop.DisposeAsync().ConfigureAwait(false);
    }
}
