using System.Diagnostics.CodeAnalysis;
using HaConnect;
using HaConnect.AspNetCore;
using HaConnect.AspNetCore.Page.Actions;
using HaConnect.AspNetCore.Page.Web;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the page that shows a cluster.</summary>
public static class HaTopologyEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps a page that shows the cluster live: its nodes, who replicates from whom with which lag, what may be lost, and what was decided, and why. It opens no connection
    /// to any server. Who may see it is the application's authorization: <c>RequireAuthorization</c> on what is returned covers the page, its stream and its actions; so does a
    /// fallback policy. Without either it answers 403 outside the Development environment, unless <c>AllowAnonymous</c> declares it public.
    /// docs/operations/page.md has what it shows.
    /// </summary>
    /// <param name="endpoints">The application's.</param>
    /// <param name="pattern">Where; default <c>/ha</c>.</param>
    /// <param name="configure">Which cluster, and whether it has buttons; null for the defaults.</param>
    /// <returns>What conventions can be added to.</returns>
    /// <exception cref="InvalidOperationException">Actions are allowed, but the application has no authorization services (<c>AddAuthorization</c>).</exception>
    public static IEndpointConventionBuilder MapHaTopology(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/ha", Action<HaTopologyOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var options = new HaTopologyOptions();
        configure?.Invoke(options);
        if (options.ActionsPolicy is not null && endpoints.ServiceProvider.GetService<IPolicyEvaluator>() is null)
            throw new InvalidOperationException("HaTopologyOptions.AllowActions asks the application's authorization, and there is none: call builder.Services.AddAuthorization().");

        var served = new TopologyEndpoints(endpoints.ServiceProvider, options);
        var group = endpoints.MapGroup(pattern);
        group.MapGet("", served.PageAsync).WithDisplayName("HaConnect topology page");
        group.MapGet("events", served.EventsAsync).WithDisplayName("HaConnect topology events");
        if (options.ActionsPolicy is not null)
        {
            Map("switchover", TopologyAction.Switchover);
            Map("pause", TopologyAction.Pause);
            Map("resume", TopologyAction.Resume);
        }

        return group;

        void Map(string name, TopologyAction action) =>
            group.MapPost(name, context => served.ActAsync(context, action)).WithDisplayName($"HaConnect topology action {name}");
    }
}
