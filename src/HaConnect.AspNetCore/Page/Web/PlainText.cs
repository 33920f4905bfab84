using Microsoft.AspNetCore.Http;

namespace HaConnect.AspNetCore.Page.Web;

/// <summary>An answer that is one sentence.</summary>
internal static class PlainText
{
    internal static Task WriteAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(sentence, context.RequestAborted);
    }
}
