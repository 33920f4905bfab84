using HaConnect.AspNetCore.Page.Feed;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HaConnect.AspNetCore.Page.Web;

/// <summary>Writes the frames of the feed to one open page, as server-sent events.</summary>
internal static class EventStream
{
    /// <summary>Then the page connects anew, so that whoever may not see it any more does not go on seeing it.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private static readonly byte[] s_retry = "retry: 1000\n\n"u8.ToArray();
    private static readonly byte[] s_renew = "event: renew\ndata: {}\n\n"u8.ToArray();
    private static readonly byte[] s_stopping = "event: stopping\ndata: {}\n\n"u8.ToArray();

    /// <param name="context">The request.</param>
    /// <param name="feed">What all pages are sent.</param>
    /// <param name="hello">What this one is told first.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">The application is about to stop: a stream would hold that up.</param>
    internal static async Task RunAsync(HttpContext context, TopologyFeed feed, Hello hello, TimeProvider time, CancellationToken stopping)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store, no-transform";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would keep back what is sent
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        using var lifetime = new CancellationTokenSource(Lifetime, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping, lifetime.Token);
        using var page = feed.Join();
        try
        {
            await response.Body.WriteAsync(s_retry, ended.Token).ConfigureAwait(false);
            await response.Body.WriteAsync(PageJson.Event("hello", hello, PageJson.Default.Hello), ended.Token).ConfigureAwait(false);
            await response.Body.WriteAsync(PageJson.Event("history", feed.Recorder.History.Read(), PageJson.Default.IReadOnlyListHistoryPoint), ended.Token).ConfigureAwait(false);
            await WriteFramesAsync(response, feed, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            if (!context.RequestAborted.IsCancellationRequested)
                await response.Body.WriteAsync(stopping.IsCancellationRequested ? s_stopping : s_renew, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static async Task WriteFramesAsync(HttpResponse response, TopologyFeed feed, CancellationToken ended)
    {
        var told = -1L;
        while (true)
        {
            var frame = feed.Current;
            await response.Body.WriteAsync(frame.State, ended).ConfigureAwait(false);
            if (frame.Decisions.Version != told)
            {
                await response.Body.WriteAsync(frame.Decisions.Event, ended).ConfigureAwait(false);
                told = frame.Decisions.Version;
            }

            await response.Body.FlushAsync(ended).ConfigureAwait(false);
            await frame.Replaced.WaitAsync(ended).ConfigureAwait(false);
        }
    }
}
