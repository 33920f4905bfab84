using Microsoft.AspNetCore.Http;

namespace HaConnect.AspNetCore.Page.Web;

/// <summary>On each answer: nothing of it is kept, framed, guessed at or told to others.</summary>
internal static class SecurityHeaders
{
    internal static void Set(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
