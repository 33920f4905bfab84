namespace HaConnect.Operations.Integrity;

/// <summary>A publisher at the left and its subscriber at the right: by what the subscriber has confirmed of its replication slots.</summary>
internal sealed class SubscriptionFollowing(string[] slots, VerificationOptions options) : IFollowing
{
    private const string ConfirmedSql = """
        SELECT COALESCE(min(s.confirmed_flush_lsn - '0/0'::pg_catalog.pg_lsn), 0)::bigint FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = ANY ($1)
        """;

    public string Description => $"The right side subscribes to the left one: each difference was looked at again once the subscriber had confirmed the WAL up to where it was seen (slot {string.Join(", ", slots)}).";

    public async Task<long> MarkAsync(SessionPair pair, Side at, CancellationToken cancellationToken) =>
        at == Side.Right ? 0 : await pair.Left.ScalarAsync<long>(new Statement(WalPosition.Sql), cancellationToken).ConfigureAwait(false);

    public async Task<bool> UntilAsync(SessionPair pair, Side by, long mark, CancellationToken cancellationToken) => by == Side.Left
        || await Polling.UntilAsync(async () => await pair.Left.ScalarAsync<long>(new Statement(ConfirmedSql, [slots]), cancellationToken).ConfigureAwait(false) >= mark, options.FollowTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(false);
}
