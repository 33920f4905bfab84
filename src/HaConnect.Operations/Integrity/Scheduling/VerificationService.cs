using HaConnect.Options;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace HaConnect.Operations.Integrity;

/// <summary>Verifies a cluster time and again, for as long as the host runs.</summary>
internal sealed class VerificationService(IServiceProvider provider, object? key, Action<IServiceProvider, VerificationScheduleOptions>? configure) : BackgroundService
{
    internal const string LogCategory = "HaConnect.Verification";

    /// <summary>The coordinator's office may be between two instances.</summary>
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = provider.GetService<ILoggerFactory>()?.CreateLogger(LogCategory) ?? NullLogger.Instance;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Options.Validate(); // before it runs: a wrong value ends the start
        return base.StartAsync(cancellationToken);
    }

    private VerificationScheduleOptions Options => field ??= Configured();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var runtime = provider.GetRequiredKeyedService<HaDataSource>(key).Runtime;
        runtime.EnsureStarted();
        using var metrics = new VerificationMetrics(runtime.Options.ClusterName);
        var outcomes = new VerificationOutcomes(runtime, metrics, _logger);
        await Task.Delay(Options.FirstAfter, runtime.Time, stoppingToken).ConfigureAwait(false);
        while (true)
        {
            var isDone = await TurnAsync(runtime, outcomes, stoppingToken).ConfigureAwait(false);
            await Task.Delay(isDone || Options.Interval < s_lookAgain ? Options.Interval : s_lookAgain, runtime.Time, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <returns>False where it is not this instance's turn, or there was no primary.</returns>
    private async Task<bool> TurnAsync(HaRuntime runtime, VerificationOutcomes outcomes, CancellationToken cancellationToken)
    {
        var now = runtime.State.Current;
        if (runtime.Failover is { HoldsOffice: false } || now.PrimaryNode is not { } primary)
            return false;
        var nodes = ConfiguredNode.DataNodesOf(runtime.Options);
        var resume = Options.Verification.ResumeFile;
        foreach (var standby in nodes.Where(n => n.Name != primary.Name))
        {
            var right = SideOf(runtime.Options, standby.Name, standby.Host, standby.Port);
            Options.Verification.ResumeFile = resume is null ? null : FileOf(resume, primary.Name, standby.Name);
            try
            {
                var report = await Verification.RunAsync(SideOf(runtime.Options, primary.Name, primary.Host, primary.Port), right, Options.Verification, cancellationToken).ConfigureAwait(false);
                outcomes.Tell(report);
                await CallAsync(report, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                outcomes.Failed(primary.Name, right.Name, e);
            }
            finally
            {
                Options.Verification.ResumeFile = resume;
            }
        }

        return true;
    }

    /// <summary>With both names: what was compared with another primary, before a failover, is no use.</summary>
    internal static string FileOf(string resume, string primary, string standby)
    {
        return $"{resume}.{Part(primary)}.{Part(standby)}";

        static string Part(string name) => string.Concat(name.Select(c => Path.GetInvalidFileNameChars().Contains(c) || c == ':' ? '_' : c));
    }

    private async Task CallAsync(VerificationReport report, CancellationToken cancellationToken)
    {
        try
        {
            if (Options.OnReport is { } call)
                await call(report, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            VerificationMessages.CallbackFailed(_logger, e);
        }
    }

    private VerificationSide SideOf(HaDatabaseOptions cluster, string name, string host, int port)
    {
        var settings = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = host, Port = port };
        if (Options.Username is { } user)
        {
            settings.Database ??= settings.Username;
            (settings.Username, settings.Password) = (user, Options.Password);
        }

        return new VerificationSide(name, settings.ConnectionString);
    }

    private VerificationScheduleOptions Configured()
    {
        var options = new VerificationScheduleOptions();
        if (provider.GetService<TimeProvider>() is { } time)
            options.Verification.TimeProvider = time;
        configure?.Invoke(provider, options);
        return options;
    }
}
