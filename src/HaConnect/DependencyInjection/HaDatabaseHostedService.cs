using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HaConnect.DependencyInjection;

/// <summary>Watches the cluster for as long as the host runs, and hands coordination over when it stops.</summary>
internal sealed class HaDatabaseHostedService(IServiceProvider provider, object? key, ServiceDescriptor? shadow) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (shadow is not null && provider.GetKeyedService<DbDataSource>(key) is not HaDataSource)
        {
            throw new InvalidOperationException(
                "Another DbDataSource is registered before AddHaDatabase, so that whoever asks for DbDataSource would bypass HaConnect. Remove that registration (AddNpgsqlDataSource, for instance), or use AddKeyedHaDatabase.");
        }

        provider.GetRequiredKeyedService<HaDataSource>(key).Start();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) =>
        await provider.GetRequiredKeyedService<HaDataSource>(key).HandOverAsync().ConfigureAwait(false);
}
