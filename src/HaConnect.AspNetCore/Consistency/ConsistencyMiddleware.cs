using Microsoft.AspNetCore.Http;

namespace HaConnect.AspNetCore.Consistency;

/// <summary>Runs what comes after it in a causal scope under the token that the request brought.</summary>
internal sealed class ConsistencyMiddleware(RequestDelegate next, ConsistencyCarrier carrier)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // An error page is a second run for the same request: it stands outside, since what was refused there would be refused again.
        if (context.Features.Get<RequestConsistency>() is not null || carrier.Begin(context) is not { } request)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        context.Features.Set(request);
        using var scope = carrier.Database.BeginCausalScope(request.Brought);
        request.Follow(scope);
        await next(context).ConfigureAwait(false);
    }
}
