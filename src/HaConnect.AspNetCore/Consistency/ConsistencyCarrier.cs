using HaConnect.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HaConnect.AspNetCore.Consistency;

/// <summary>Takes tokens from requests and gives them to answers: a cookie for browsers, a header for services.</summary>
internal sealed class ConsistencyCarrier
{
    private const string ByCookie = "cookie";
    private const string ByHeader = "header";

    private readonly TokenText _text;
    private readonly ILogger _logger;

    public ConsistencyCarrier(IServiceProvider services, IOptions<HaConsistencyOptions> options, IDataProtectionProvider protection, ILogger<ConsistencyCarrier> logger)
    {
        Options = options.Value;
        Database = Options.ServiceKey is { } key ? services.GetRequiredKeyedService<HaDataSource>(key) : services.GetRequiredService<HaDataSource>();
        if (Options.MaxAge < Database.Runtime.Options.Routing.MaxReplicaLag)
        {
            throw new OptionsValidationException(nameof(HaConsistencyOptions), typeof(HaConsistencyOptions),
                [$"HaConsistencyOptions.MaxAge is {Options.MaxAge}, and Routing.MaxReplicaLag is {Database.Runtime.Options.Routing.MaxReplicaLag}: what was written in between would be seen by neither. Make MaxAge at least as long."]);
        }

        _logger = logger;
        _text = new TokenText(protection, Options.MaxAge, Database.Runtime.Time);
        Header = new HeaderTokens(_text, Options.HeaderFormat);
    }

    internal HaConsistencyOptions Options { get; }

    internal HaDataSource Database { get; }

    internal TimeProvider Time => Database.Runtime.Time;

    internal HeaderTokens Header { get; }

    /// <summary>Null where the request has no part in it. A token that cannot be heeded is none.</summary>
    internal RequestConsistency? Begin(HttpContext context)
    {
        if (!Options.IncludeAnonymous && context.User.Identity is not { IsAuthenticated: true })
            return null;
        if (Options.UseHeader && context.Request.Headers.TryGetValue(Options.HeaderName, out var header))
            return new RequestConsistency(this, context, Heeded(header is [{ } value] ? Header.Read(value) : ReceivedToken.Ignored("it is given more than once"), ByHeader), byHeader: true, _logger);
        if (!Options.UseCookie)
            return null;
        var brought = context.Request.Cookies.TryGetValue(Options.Cookie.Name!, out var cookie) ? _text.Unprotect(cookie) : ReceivedToken.None;
        return new RequestConsistency(this, context, Heeded(brought, ByCookie), byHeader: false, _logger);
    }

    internal void Give(HttpContext context, bool byHeader, CausalToken token)
    {
        if (byHeader)
            context.Response.Headers[Options.HeaderName] = Header.Write(token);
        else
            context.Response.Cookies.Append(Options.Cookie.Name!, _text.Protect(token), Cookie(context, Options.MaxAge));
    }

    /// <param name="context">The request.</param>
    /// <param name="byHeader">Whether it came by header.</param>
    internal void Drop(HttpContext context, bool byHeader)
    {
        if (byHeader)
            context.Response.Headers[Options.HeaderName] = HeaderTokens.Lost;
        else
            context.Response.Cookies.Delete(Options.Cookie.Name!, Cookie(context, maxAge: null));
    }

    /// <summary>A token of another cluster would be refused by every read.</summary>
    internal ReceivedToken Own(ReceivedToken received) => received.Token is { } token && Database.Snapshot.SystemIdentifier is { } own && token.SystemIdentifier != own
        ? ReceivedToken.Ignored("it is of another cluster")
        : received;

    private CausalToken? Heeded(ReceivedToken received, string carrier)
    {
        received = Own(received);
        if (received.WhyNot is { } why)
            AspNetCoreLog.TokenIgnored(_logger, carrier, why);
        return received.Token;
    }

    private CookieOptions Cookie(HttpContext context, TimeSpan? maxAge)
    {
        var cookie = Options.Cookie.Build(context);
        cookie.MaxAge = maxAge;
        return cookie;
    }
}
