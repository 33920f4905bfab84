using HaConnect.AspNetCore.Page.Actions;
using HaConnect.AspNetCore.Page.Feed;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HaConnect.AspNetCore.Page.Web;

/// <summary>What one call of MapHaTopology serves. The data source is looked up when the application has started, or at the first request.</summary>
internal sealed class TopologyEndpoints : IDisposable
{
    private readonly ILogger _logger;
    private readonly Lazy<Parts> _parts;
    private readonly CancellationToken _stopping;
    private readonly TopologyActions? _actions;
    private bool _refused;

    internal TopologyEndpoints(IServiceProvider services, HaTopologyOptions options)
    {
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("HaConnect.Page");
        _parts = new Lazy<Parts>(() => Parts.Of(services, options, _logger));
        _actions = options.ActionsPolicy is null ? null : new TopologyActions(options.ActionsPolicy, _logger);
        if (services.GetService<IHostApplicationLifetime>() is not { } lifetime)
            return;
        _stopping = lifetime.ApplicationStopping;

        // From the start on, so that a page that is opened later has what was before.
        lifetime.ApplicationStarted.Register(() => _ = _parts.Value);
        lifetime.ApplicationStopped.Register(Dispose);
    }

    internal Task PageAsync(HttpContext context) => GuardedAsync(context, async () =>
    {
        var page = PageContent.Shared;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = page.Policy;
        context.Response.ContentLength = page.Html.Length;
        await context.Response.Body.WriteAsync(page.Html, context.RequestAborted).ConfigureAwait(false);
    });

    internal Task EventsAsync(HttpContext context) => GuardedAsync(context, async () =>
    {
        var (runtime, feed) = (_parts.Value.Runtime, _parts.Value.Feed);
        var application = context.RequestServices.GetService<IHostEnvironment>()?.ApplicationName ?? "";
        var actions = _actions is null ? "none"
            : runtime.Options.Failover.Mode != FailoverMode.Coordinate ? "observing"
            : await _actions.AccessOf(context).ConfigureAwait(false) == Access.Allowed ? "allowed" : "denied";
        await EventStream.RunAsync(context, feed, new Hello(runtime.Options.ClusterName, application, Environment.MachineName, actions), runtime.Time, _stopping).ConfigureAwait(false);
    });

    internal Task ActAsync(HttpContext context, TopologyAction action) =>
        GuardedAsync(context, () => _actions!.RunAsync(context, action, _parts.Value.Source, _parts.Value.Recorder));

    public void Dispose()
    {
        if (_parts.IsValueCreated)
            _parts.Value.Recorder.Dispose();
    }

    private async Task GuardedAsync(HttpContext context, Func<Task> serve)
    {
        SecurityHeaders.Set(context.Response.Headers);
        if (await PageAccess.WhyRefusedAsync(context, context.GetEndpoint()?.Metadata ?? EndpointMetadataCollection.Empty).ConfigureAwait(false) is { } why)
        {
            if (!Interlocked.Exchange(ref _refused, true)) // once: anybody can ask
                PageLog.Refused(_logger, context.Request.Path, why);
            await PlainText.WriteAsync(context, StatusCodes.Status403Forbidden, $"This page is refused: {why}.").ConfigureAwait(false);
            return;
        }

        await serve().ConfigureAwait(false);
    }

    private sealed record Parts(HaDataSource Source, HaRuntime Runtime, TopologyRecorder Recorder, TopologyFeed Feed)
    {
        internal static Parts Of(IServiceProvider services, HaTopologyOptions options, ILogger logger)
        {
            var source = services.GetKeyedService<HaDataSource>(options.ServiceKey) ?? throw new InvalidOperationException(options.ServiceKey is null
                ? "MapHaTopology shows a cluster that is registered, and there is none: call AddHaDatabase, or name a keyed one by HaTopologyOptions.ServiceKey."
                : $"MapHaTopology was given the service key '{options.ServiceKey}', under which no cluster is registered: call AddKeyedHaDatabase with it.");
            var recorder = new TopologyRecorder(source.Runtime);
            return new Parts(source, source.Runtime, recorder, new TopologyFeed(source.Runtime, recorder, logger));
        }
    }
}
