using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HaConnect.AspNetCore.Page.Web;

/// <summary>
/// Whether the page may be shown. It is the application's authorization that says who may see it; where there is none the page is for the Development environment
/// only, unless it is declared public.
/// </summary>
internal static class PageAccess
{
    /// <summary>Null where it may be shown; else why not, with the remedy.</summary>
    internal static async ValueTask<string?> WhyRefusedAsync(HttpContext context, EndpointMetadataCollection metadata)
    {
        if (metadata.GetMetadata<IAllowAnonymous>() is not null)
            return null; // somebody has said so
        if (metadata.GetMetadata<IAuthorizeData>() is not null || metadata.GetMetadata<AuthorizationPolicy>() is not null || metadata.GetMetadata<IAuthorizationRequirementData>() is not null)
            return null; // routing refuses to run such an endpoint where the authorization middleware has not
        var environment = context.RequestServices.GetService<IHostEnvironment>();
        if (environment?.IsDevelopment() == true)
            return null;
        if (await FallbackAsync(context).ConfigureAwait(false) is { } fallback && await IsAuthorizedAsync(context, fallback).ConfigureAwait(false) == Access.Allowed)
            return null;
        return $"it would be public, and this is not the Development environment ({environment?.EnvironmentName ?? "unknown"}). Say who may see it: MapHaTopology(...).RequireAuthorization(...), or a fallback policy with UseAuthorization; or, for everybody who can reach the application, MapHaTopology(...).AllowAnonymous()";
    }

    /// <summary>
    /// Whether the user of the request satisfies a policy. Asked here, and not by an attribute of the endpoint: AllowAnonymous() on the page must not open what only some may do.
    /// </summary>
    internal static async Task<Access> IsAuthorizedAsync(HttpContext context, AuthorizationPolicy policy)
    {
        var evaluator = context.RequestServices.GetRequiredService<IPolicyEvaluator>();
        var authenticated = await evaluator.AuthenticateAsync(policy, context).ConfigureAwait(false);
        var result = await evaluator.AuthorizeAsync(policy, authenticated, context, context.GetEndpoint()).ConfigureAwait(false);
        return result.Succeeded ? Access.Allowed : result.Challenged ? Access.Challenged : Access.Forbidden;
    }

    /// <summary>It is evaluated here as well: that it is configured does not say that the middleware runs.</summary>
    private static async Task<AuthorizationPolicy?> FallbackAsync(HttpContext context) =>
        context.RequestServices.GetService<IAuthorizationPolicyProvider>() is { } provider && context.RequestServices.GetService<IPolicyEvaluator>() is not null
            ? await provider.GetFallbackPolicyAsync().ConfigureAwait(false)
            : null;
}
