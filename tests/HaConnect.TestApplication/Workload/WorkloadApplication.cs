using HaConnect.Histories;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HaConnect.TestApplication;

/// <summary>Runs the clients until SIGTERM; then each ends the operation that it is in.</summary>
internal static class WorkloadApplication
{
    internal static async Task<int> RunAsync()
    {
        var builder = CoordinatingApplication.CreateBuilder();
        var settings = builder.Configuration.GetSection("Workload").Get<WorkloadSettings>() ?? new WorkloadSettings();
        using var host = builder.Build();
        await host.StartAsync();
        var database = host.Services.GetRequiredService<HaDataSource>();
        var stop = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

        IWay way = settings.Way switch
        {
            "Work" => new WorkWay(database),
            "AdoNet" => new TransactionWay(database, isDapper: false),
            "Dapper" => new TransactionWay(database, isDapper: true),
            "EntityFrameworkCore" => new EntityFrameworkWay(database),
            _ => throw new InvalidOperationException($"Workload:Way is '{settings.Way}'; it must be Work, AdoNet, Dapper or EntityFrameworkCore."),
        };
        await WorkloadTables.CreateAsync(database, stop);
        await way.PrepareAsync();
        using var history = new HistoryRecorder(settings.History);
        history.Add(new Started
        {
            At = HistoryRecorder.Now,
            Wall = TimeProvider.System.GetUtcNow(),
            Accounts = WorkloadSettings.Accounts,
            OpeningBalance = WorkloadSettings.OpeningBalance,
        });
        var bound = host.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HaDatabaseOptions>>().Value.Routing.MaxReplicaLag;
        var writer = new Writer(database, history, settings.Pause, way);
        var reader = new Reader(database, history, settings, bound);
        await Task.WhenAll([
            .. settings.OnceNames.Select(name => Task.Run(() => writer.InsertAsync(name, isKeyed: false, stop), CancellationToken.None)),
            .. settings.KeyedNames.Select(name => Task.Run(() => writer.InsertAsync(name, isKeyed: true, stop), CancellationToken.None)),
            .. settings.MoverNames.Select(name => Task.Run(() => writer.MoveAsync(name, stop), CancellationToken.None)),
            .. settings.ReaderNames.Select(name => Task.Run(() => reader.ReadAsync(name, stop), CancellationToken.None)),
        ]);
        await host.StopAsync(CancellationToken.None);
        return 0;
    }
}
