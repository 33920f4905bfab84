using System.Globalization;
using HaConnect.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace HaConnect.AspNetCore.Problems;

/// <summary>Answers errors of the cluster with RFC 9457 problem details; leaves all others to whoever comes next.</summary>
internal sealed class HaExceptionHandler(IProblemDetailsService details, IOptions<HaProblemDetailsOptions> options, IHostEnvironment environment, ILogger<HaExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (HaProblem.Of(exception) is not { } problem)
            return false;

        // Where a handler answers, the middleware logs nothing.
        AspNetCoreLog.Answered(logger, problem.MayRepeat ? LogLevel.Warning : LogLevel.Error, problem.Name, problem.Status, exception);
        var response = httpContext.Response;
        response.StatusCode = problem.Status;
        if (problem.NeedsTime)
            response.Headers[HeaderNames.RetryAfter] = Math.Ceiling(options.Value.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var context = new ProblemDetailsContext { HttpContext = httpContext, Exception = exception, ProblemDetails = Describe(problem, exception) };
        await details.TryWriteAsync(context).ConfigureAwait(false); // a client that takes no JSON has the status
        return true;
    }

    private ProblemDetails Describe(HaProblem problem, Exception exception)
    {
        var described = new ProblemDetails
        {
            Type = options.Value.TypePrefix + problem.Name,
            Title = problem.Title,
            Status = problem.Status,
            Detail = problem.Detail,
            Extensions = { ["mayRepeat"] = problem.MayRepeat },
        };
        if (Unknown(exception)?.Token is { } token)
            described.Extensions["commitToken"] = token;
        if (environment.IsDevelopment())
            described.Extensions["exception"] = exception.Message;
        return described;
    }

    private static CommitOutcomeUnknownException? Unknown(Exception? exception) => exception as CommitOutcomeUnknownException ?? (exception is null ? null : Unknown(exception.InnerException));
}
