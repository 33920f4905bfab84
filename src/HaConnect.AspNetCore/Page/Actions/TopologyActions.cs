using System.Text.Json;
using System.Threading.Channels;
using HaConnect.AspNetCore.Page.Feed;
using HaConnect.AspNetCore.Page.Web;
using HaConnect.Status;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HaConnect.AspNetCore.Page.Actions;

/// <summary>Carries out what is asked for through the page, and answers with a line of JSON for each thing there is to tell.</summary>
internal sealed class TopologyActions(ActionsPolicy policy, ILogger logger)
{
    private const int MostBytes = 4096;
    private const int LongestReason = 500;

    internal async Task<Access> AccessOf(HttpContext context)
    {
        var provider = context.RequestServices.GetRequiredService<IAuthorizationPolicyProvider>();
        return await PageAccess.IsAuthorizedAsync(context, await policy.ResolveAsync(provider).ConfigureAwait(false)).ConfigureAwait(false);
    }

    internal async Task RunAsync(HttpContext context, TopologyAction action, HaDataSource source, TopologyRecorder recorder)
    {
        var (request, user) = (context.Request, context.User.Identity?.Name ?? "somebody without a name");
        if (SameOrigin.WhyRefused(One(request, SameOrigin.Header), One(request, "Sec-Fetch-Site"), One(request, "Origin"), request.Scheme, request.Host.Value ?? "") is { } foreign)
        {
            PageLog.ActionRefused(logger, user, foreign);
            await PlainText.WriteAsync(context, StatusCodes.Status403Forbidden, $"Refused: {foreign}.").ConfigureAwait(false);
            return;
        }

        var access = await AccessOf(context).ConfigureAwait(false);
        if (access != Access.Allowed)
        {
            PageLog.ActionRefused(logger, user, "the policy for actions does not allow it");
            var isChallenged = access == Access.Challenged;
            await PlainText.WriteAsync(context, isChallenged ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden, isChallenged ? "Refused: sign in first." : "Refused: you may see this page, but not act.").ConfigureAwait(false);
            return;
        }

        var asked = await ReadAsync(context).ConfigureAwait(false);
        if (asked is null || WhyInvalid(action, asked) is not null)
        {
            await PlainText.WriteAsync(context, StatusCodes.Status400BadRequest, $"Refused: {(asked is null ? "the request is not one of this page's" : WhyInvalid(action, asked))}.").ConfigureAwait(false);
            return;
        }

        user = context.User.Identity?.Name ?? user; // the policy may have its own scheme
        var what = Describe(action, asked);
        PageLog.Asked(logger, user, what);
        recorder.Note(Levels.Warn, $"asked for by {user}: {what}");
        var result = await AnswerAsync(context, action, asked, user, source).ConfigureAwait(false);
        PageLog.Ended(logger, user, result.Text);
        recorder.Note(result.Succeeded == true ? Levels.Ok : Levels.Bad, $"ended, {what} that {user} had asked for: {result.Text}");
    }

    private static string? WhyInvalid(TopologyAction action, ActionRequest asked) => action switch
    {
        TopologyAction.Pause when string.IsNullOrWhiteSpace(asked.Reason) || asked.Reason.Length > LongestReason => $"give a reason of at most {LongestReason} characters",
        _ => null,
    };

    private static string Describe(TopologyAction action, ActionRequest asked) => action switch
    {
        TopologyAction.Switchover => asked.Target is { } target ? $"a switchover to {target}" : "a switchover to the best standby",
        TopologyAction.Pause => $"a pause of automatic failover ({asked.Reason})",
        _ => "an end of the pause of automatic failover",
    };

    /// <summary>What is told while it goes on is written as it comes; the end comes last.</summary>
    private static async Task<ActionNews> AnswerAsync(HttpContext context, TopologyAction action, ActionRequest asked, string user, HaDataSource source)
    {
        context.Response.ContentType = "application/x-ndjson";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var told = Channel.CreateUnbounded<ActionNews>(new UnboundedChannelOptions { SingleReader = true });
        var running = RunToEndAsync();
        try
        {
            await foreach (var news in told.Reader.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
            {
                await JsonSerializer.SerializeAsync(context.Response.Body, news, PageJson.Default.ActionNews, context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Whoever asked is gone; what was begun goes on, and its end is recorded.
        }

        return await running.ConfigureAwait(false);

        async Task<ActionNews> RunToEndAsync()
        {
            var end = await TryAsync(action, asked, user, source, text => told.Writer.TryWrite(new ActionNews(text, null)), context.RequestAborted).ConfigureAwait(false);
            told.Writer.TryWrite(end);
            told.Writer.Complete();
            return end;
        }
    }

    private static async Task<ActionNews> TryAsync(TopologyAction action, ActionRequest asked, string user, HaDataSource source, Action<string> tell, CancellationToken cancellationToken)
    {
        var cluster = source.Cluster.OnBehalfOf($"{user} (through the page)");
        try
        {
            switch (action)
            {
                case TopologyAction.Switchover:
                    var result = await cluster.SwitchoverAsync(asked.Target, new SwitchoverOptions { Progress = new Teller(tell) }, cancellationToken).ConfigureAwait(false);
                    return new ActionNews(result.Reason, result.Succeeded);
                case TopologyAction.Pause:
                    var paused = await cluster.PauseFailoverAsync($"{asked.Reason} (asked for by {user} through the page)", cancellationToken).ConfigureAwait(false);
                    return new ActionNews(paused ? "automatic failover is paused" : "it was paused already, with the reason it had", true);
                case TopologyAction.Resume:
                    var resumed = await cluster.ResumeFailoverAsync(cancellationToken).ConfigureAwait(false);
                    return new ActionNews(resumed ? "automatic failover goes on" : "it was not paused", true);
                default:
                    throw new ArgumentOutOfRangeException(nameof(action), action, "No such action.");
            }
        }
        catch (OperationCanceledException)
        {
            return new ActionNews("whoever asked for it has gone before its end; what was begun goes on", false);
        }
        catch (Exception e)
        {
            return new ActionNews(e.Message, false);
        }
    }

    private static async Task<ActionRequest?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength is null or > MostBytes || !context.Request.HasJsonContentType())
            return null;
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, PageJson.Default.ActionRequest, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A header that comes twice is not believed.</summary>
    private static string? One(HttpRequest request, string header) => request.Headers[header] is { Count: > 0 } values ? values.Count == 1 ? values[0] : "several values" : null;

    private sealed class Teller(Action<string> tell) : IProgress<string>
    {
        public void Report(string value) => tell(value);
    }
}
