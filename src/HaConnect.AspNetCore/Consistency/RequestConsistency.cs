using HaConnect.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HaConnect.AspNetCore.Consistency;

/// <summary>One request: the token that it brought, its scope, and what its answer says. Stands in the request's features, so that a pipeline that runs again for it does not begin another.</summary>
internal sealed class RequestConsistency(ConsistencyCarrier carrier, HttpContext context, CausalToken? brought, bool byHeader, ILogger logger)
{
    private CausalScope? _scope;

    internal CausalToken? Brought => brought;

    /// <summary>Before the answer's headers are sent, the scope is asked what is in it by then.</summary>
    internal void Follow(CausalScope scope)
    {
        _scope = scope;
        context.Response.OnStarting(static state => ((RequestConsistency)state).AnswerAsync(), this);
    }

    /// <summary>An answer must not fail for it.</summary>
    private async Task AnswerAsync()
    {
        try
        {
            var token = await TokenCapture.TakeAsync(_scope!, carrier.Options, carrier.Time, logger, context.RequestAborted).ConfigureAwait(false);
            if (_scope!.Refused is { } refused)
            {
                AspNetCoreLog.TokenLost(logger, refused.Term, refused.Position.ToString());
                carrier.Drop(context, byHeader);
            }
            else if (token is null && brought is not null)
            {
                carrier.Drop(context, byHeader); // another service has told that it is lost
            }
            else if (token is not null && !token.Equals(brought))
            {
                carrier.Give(context, byHeader, token);
            }
        }
        catch (Exception e)
        {
            AspNetCoreLog.AnswerFailed(logger, e);
        }
    }
}
