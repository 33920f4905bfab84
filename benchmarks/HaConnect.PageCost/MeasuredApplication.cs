using System.Diagnostics;
using HaConnect.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HaConnect.PageCost;

/// <summary>A web application that coordinates, with the page; this process.</summary>
internal sealed class MeasuredApplication : IAsyncDisposable
{
    private readonly WebApplication _application;

    private MeasuredApplication(WebApplication application) => _application = application;

    internal Uri Events => new(new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), "/ha/events");

    internal static async Task<MeasuredApplication> StartAsync(PostgresCluster cluster)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddHaDatabase(options =>
        {
            options.ConnectionString = $"Username={cluster.Application.User};Password={cluster.Application.Password};Database=app";
            foreach (var node in cluster.Nodes)
                options.Nodes.Add(new HaNodeOptions { Name = node.Name, Host = node.Host, Port = node.Port });
            options.Routing.MaxReplicaLag = TimeSpan.FromSeconds(1);
            options.Failover.Mode = FailoverMode.Coordinate;
            options.Failover.ControlUsername = cluster.Control.User;
            options.Failover.ControlPassword = cluster.Control.Password;
            options.Failover.Replication.Username = cluster.Replication.User;
            options.Failover.Replication.Password = cluster.Replication.Password;
        });
        var application = builder.Build();
        application.MapHaTopology();
        await application.StartAsync();
        await (await application.Services.GetRequiredService<HaDataSource>().OpenConnectionAsync()).DisposeAsync();
        return new MeasuredApplication(application);
    }

    /// <summary>What the application does otherwise, so that reads are counted while a page is open.</summary>
    internal async Task ReadAsync(int perSecond, CancellationToken stopping)
    {
        var database = _application.Services.GetRequiredService<HaDataSource>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                for (var i = 0; i < perSecond / 20; i++)
                {
                    await using var connection = await database.OpenReadConnectionAsync(stopping);
                    await using var command = new NpgsqlCommand("SELECT 1", connection);
                    await command.ExecuteScalarAsync(stopping);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // That is its end.
        }
    }

    /// <summary>The processor time of this process, in percent of one core.</summary>
    internal static async Task<double> MeasureAsync(TimeSpan length)
    {
        using var process = Process.GetCurrentProcess();
        var (before, startedAt) = (process.TotalProcessorTime, TimeProvider.System.GetTimestamp());
        await Task.Delay(length, TimeProvider.System);
        process.Refresh();
        return 100 * (process.TotalProcessorTime - before) / TimeProvider.System.GetElapsedTime(startedAt);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }
}
