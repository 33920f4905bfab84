using HaConnect.AspNetCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace HaConnect.AspNetCore.Consistency;

/// <summary>Takes a token of a scope where something new is in it; it fails nothing, and asks nobody where all is known.</summary>
internal static class TokenCapture
{
    /// <returns>Null where there is nothing to tell; what is known where the rest could not be asked for.</returns>
    internal static async Task<CausalToken?> TakeAsync(CausalScope scope, HaConsistencyOptions options, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var isKnown = options.Guarantee == HaConsistencyGuarantee.ReadYourWrites ? !scope.HasUntoldWrite : scope.Seen().Until == 0;
        if (isKnown || scope.Refused is not null)
            return scope.Token;
        using var late = new CancellationTokenSource(options.CaptureTimeout, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var capturing = scope.CaptureAsync(ended.Token);
        try
        {
            // Its cancellation asks the server, which may be frozen: it is not waited for.
            return await capturing.WaitAsync(ended.Token).ConfigureAwait(false);
        }
        catch (CausalTokenException)
        {
            return null; // CausalScope.Refused says so
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return scope.Token; // nobody waits for the answer any more
        }
        catch (Exception e)
        {
            AspNetCoreLog.CaptureFailed(logger, e is OperationCanceledException ? new TimeoutException($"The primary could not be asked within HaConsistencyOptions.CaptureTimeout ({options.CaptureTimeout}).", e) : e);
            return scope.Token;
        }
        finally
        {
            _ = capturing.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
