namespace HaConnect.Operations.Integrity;

/// <summary>A primary and its standby, or two standbys: by the position in the WAL that both have.</summary>
internal sealed class ReplayFollowing(Both<ServerFacts> facts, VerificationOptions options) : IFollowing
{
    public string Description => "The sides are of one cluster: each difference was looked at again once the other side had replayed the WAL up to where it was seen.";

    public async Task<long> MarkAsync(SessionPair pair, Side at, CancellationToken cancellationToken) =>
        WalPosition.BeforeHeader(await pair[at].ScalarAsync<long>(new Statement(WalPosition.Sql), cancellationToken).ConfigureAwait(false), facts[at].SegmentSize);

    public async Task<bool> UntilAsync(SessionPair pair, Side by, long mark, CancellationToken cancellationToken) => !facts[by].IsInRecovery
        || await Polling.UntilAsync(async () => await pair[by].ScalarAsync<long>(new Statement(WalPosition.Sql), cancellationToken).ConfigureAwait(false) >= mark, options.FollowTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(false);
}
