using System.Security.Cryptography;
using HaConnect.AspNetCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace HaConnect.AspNetCore.Consistency;

/// <summary>Sends the token of the ambient scope with requests to another service, and observes the one that comes back.</summary>
internal sealed class ConsistencyHandler(ConsistencyCarrier carrier, ILogger<ConsistencyHandler> logger) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (carrier.Database.Runtime.Causality.Current is not { } scope)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var token = await TakeAsync(request, scope, cancellationToken).ConfigureAwait(false);
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        Observe(response, request, scope, token);
        return response;
    }

    /// <summary>HttpClient demands a synchronous one.</summary>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (carrier.Database.Runtime.Causality.Current is not { } scope)
            return base.Send(request, cancellationToken);
        var token = TakeAsync(request, scope, cancellationToken).GetAwaiter().GetResult();
        var response = base.Send(request, cancellationToken);
        Observe(response, request, scope, token);
        return response;
    }

    private async Task<CausalToken?> TakeAsync(HttpRequestMessage request, CausalScope scope, CancellationToken cancellationToken)
    {
        var token = await TokenCapture.TakeAsync(scope, carrier.Options, carrier.Time, logger, cancellationToken).ConfigureAwait(false);
        request.Headers.Remove(carrier.Options.HeaderName); // it is sent again
        try
        {
            request.Headers.TryAddWithoutValidation(carrier.Options.HeaderName, carrier.Header.Write(token));
            return token;
        }
        catch (CryptographicException e)
        {
            AspNetCoreLog.SendingFailed(logger, request.RequestUri?.Host ?? "", e); // the key ring cannot be read
            return null;
        }
    }

    private void Observe(HttpResponseMessage response, HttpRequestMessage request, CausalScope scope, CausalToken? sent)
    {
        if (!response.Headers.TryGetValues(carrier.Options.HeaderName, out var values) || values.FirstOrDefault() is not { } value)
            return;
        if (value == HeaderTokens.Lost)
        {
            if (sent is null)
                return;
            scope.Drop(sent);
            AspNetCoreLog.LostElsewhere(logger, request.RequestUri?.Host ?? "", sent.Term, sent.Position.ToString());
            return;
        }

        var received = carrier.Own(carrier.Header.Read(value));
        if (received.Token is { } token)
            scope.Observe(token);
        else if (received.WhyNot is { } why)
            AspNetCoreLog.TokenIgnored(logger, "answer's header", why);
    }
}
