namespace HaConnect.AspNetCore.Page.Web;

/// <summary>
/// Whether a request that changes something comes from the page itself. A browser tells by headers that no script can set where a request comes from, and lets no other
/// site send a header of one's own without asking first, which is answered by nobody here. Pure. Source: Fetch Metadata Request Headers (W3C), Fetch Standard, 3.2 Origin.
/// </summary>
internal static class SameOrigin
{
    /// <summary>What the page sends with each of its actions.</summary>
    internal const string Header = "X-HaConnect-Action";

    /// <summary>Null where it does; else why it is refused.</summary>
    internal static string? WhyRefused(string? ownHeader, string? fetchSite, string? origin, string scheme, string host)
    {
        if (ownHeader != "1")
            return $"the header {Header} is missing: only the page itself may ask for this";
        if (fetchSite is not null && fetchSite != "same-origin")
            return $"it comes from another site (Sec-Fetch-Site is {fetchSite})";
        if (origin is null)
            return fetchSite is null ? "the browser does not say from where it comes (neither Sec-Fetch-Site nor Origin)" : null;

        // Behind a proxy that ends TLS the scheme may be unknown here; that the browser says same-origin makes up for it.
        return Uri.TryCreate(origin, UriKind.Absolute, out var uri) && IsHost(uri, host) && (fetchSite is not null || uri.Scheme == scheme)
            ? null
            : $"it comes from {origin}, and this is {scheme}://{host} (behind a proxy, forward the host: UseForwardedHeaders)";
    }

    private static bool IsHost(Uri origin, string host) =>
        string.Equals(origin.IsDefaultPort ? origin.IdnHost : origin.Authority, host, StringComparison.OrdinalIgnoreCase) || string.Equals(origin.Authority, host, StringComparison.OrdinalIgnoreCase)
        || (origin.IsDefaultPort && string.Equals(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{origin.Host}:{origin.Port}"), host, StringComparison.OrdinalIgnoreCase));
}
