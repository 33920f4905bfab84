using Microsoft.AspNetCore.Http;

namespace HaConnect.AspNetCore;

/// <summary>How causal tokens travel between browsers and services.</summary>
public sealed class HaConsistencyOptions
{
    /// <summary>The key that <c>AddKeyedHaDatabase</c> was given. Default none: the cluster that <c>AddHaDatabase</c> registered.</summary>
    public object? ServiceKey { get; set; }

    /// <summary>Whether browsers carry tokens, in <see cref="Cookie"/>. Default true.</summary>
    public bool UseCookie { get; set; } = true;

    /// <summary>
    /// The cookie. Default: <c>ha-consistency</c>, HttpOnly, Secure, SameSite=Lax, essential, for the whole site. A browser drops a Secure one that it gets by plain HTTP. How long it is kept,
    /// <see cref="MaxAge"/> says.
    /// </summary>
    public CookieBuilder Cookie { get; } = new()
    {
        Name = "ha-consistency",
        HttpOnly = true,
        SecurePolicy = CookieSecurePolicy.Always,
        SameSite = SameSiteMode.Lax,
        IsEssential = true,
        Path = "/",
    };

    /// <summary>Whether services carry tokens, in the header <see cref="HeaderName"/>. Default true. Who sends it, as <c>AddHaConsistency</c> of an <c>IHttpClientBuilder</c> does, is answered by it and gets no cookie.</summary>
    public bool UseHeader { get; set; } = true;

    /// <summary>The header, of requests and answers. Default <c>Ha-Consistency</c>.</summary>
    public string HeaderName { get; set; } = "Ha-Consistency";

    /// <summary>How a token stands in the header. Default <see cref="HaTokenFormat.Protected"/>. In the cookie it is always protected.</summary>
    public HaTokenFormat HeaderFormat { get; set; }

    /// <summary>
    /// For how long a protected token is heeded, and a cookie kept. 1 s to 1 day, and at least <see cref="RoutingOptions.MaxReplicaLag"/>: what is older than that, a bounded read sees
    /// without a token. Default 1 min.
    /// </summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether requests without an authenticated user have scopes and tokens, too. Default true. Where it is false, <c>UseHaConsistency</c> must come after <c>UseAuthentication</c>; it holds
    /// for the header as for the cookie.
    /// </summary>
    public bool IncludeAnonymous { get; set; } = true;

    /// <summary>What later requests see of earlier ones. Default <see cref="HaConsistencyGuarantee.MonotonicReads"/>.</summary>
    public HaConsistencyGuarantee Guarantee { get; set; }

    /// <summary>
    /// How long an answer, or a request to another service, is held up to ask the primary how far it is, where that is not known; after that it goes without that knowledge.
    /// 10 ms to 30 s. Default 1 s.
    /// </summary>
    public TimeSpan CaptureTimeout { get; set; } = TimeSpan.FromSeconds(1);
}
