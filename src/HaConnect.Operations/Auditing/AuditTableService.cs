using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HaConnect.Operations.Auditing;

/// <summary>Copies the audit trail for as long as the host runs.</summary>
internal sealed class AuditTableService(IServiceProvider provider, object? key) : IHostedService
{
    private AuditTable? _table;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var file = provider.GetService<AuditFile>() ?? throw new InvalidOperationException("AddAuditTable copies what AddAuditFile keeps, and no audit file is added. Call AddAuditFile(folder) before it.");
        _table = AuditTable.Start(file, provider.GetRequiredKeyedService<HaDataSource>(key), provider.GetService<ILoggerFactory>()?.CreateLogger(HaAuditBuilderExtensions.LogCategory));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_table is not null)
            await _table.DisposeAsync().ConfigureAwait(false);
    }
}
