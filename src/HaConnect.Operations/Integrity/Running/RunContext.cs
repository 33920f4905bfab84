namespace HaConnect.Operations.Integrity;

/// <summary>What all tables of a run share.</summary>
internal sealed record RunContext(VerificationOptions Options, IReadOnlyList<SessionPair> Pairs, IFollowing Following, Pace Pace, Journal Journal, RunProgress Progress)
{
    /// <summary>Each worker with sessions of its own; where one fails the others end too.</summary>
    internal async Task WithAllAsync(Func<SessionPair, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = Pairs.Select(p => Task.Run(() => WorkAsync(p), CancellationToken.None)).ToList();
        try
        {
            await Task.WhenAll(workers).ConfigureAwait(false);
        }
        catch when (!cancellationToken.IsCancellationRequested)
        {
            // The one that failed, not those that were ended for it.
            foreach (var failed in workers.Where(w => w.IsFaulted))
                await failed.ConfigureAwait(false);
            throw;
        }

        async Task WorkAsync(SessionPair pair)
        {
            try
            {
                await work(pair, end.Token).ConfigureAwait(false);
            }
            catch
            {
                await end.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}
