using HaConnect.Operations.Auditing;
using HaConnect.Operations.Drills.History;

namespace HaConnect.Operations.Drills.Schedule;

/// <summary>
/// Where the history is on the cluster: the look and the begin are made in a session at the primary that holds an advisory lock, and the lock is given back once the begin is in the table, where the next who
/// looks finds it. The lock is not held during the drill, which may well end the session. ADR 72.
/// </summary>
internal sealed class PrimaryClaim(HaRuntime runtime, AuditFile file) : IDrillClaim
{
    // The session ends with the look, and the lock with it.
    private const string TryLockSql = "SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended('haconnect drill schedule', 0))";

    private const string IsCopiedSql = "SELECT EXISTS (SELECT FROM haconnect_audit.trail t WHERE t.chain = $1 AND t.seq >= $2)";

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_mostWait = TimeSpan.FromSeconds(30);

    public async Task<bool> TryBeginAsync(Func<DrillLedger, bool> isDue, Action begin, CancellationToken cancellationToken)
    {
        var primary = await PrimarySession.OpenAsync(runtime, runtime.Options.Connections.WaitTimeout, cancellationToken).ConfigureAwait(false);
        await using var _ = primary.ConfigureAwait(false);
        if (!await primary.Session.QueryAsync(TryLockSql, static row => row.GetBoolean(0), PrimarySession.StatementTimeout, cancellationToken).ConfigureAwait(false)
            || !isDue(await TableLedger.ReadAsync(primary, cancellationToken).ConfigureAwait(false)))
        {
            return false;
        }

        begin();
        var head = file.Head; // the begin, or behind it
        var startedAt = runtime.Time.GetTimestamp();
        while (!await primary.Session.QueryAsync(IsCopiedSql, static row => row.GetBoolean(0), PrimarySession.StatementTimeout, cancellationToken, head.Chain, head.Seq).ConfigureAwait(false))
        {
            if (runtime.Time.GetElapsedTime(startedAt) > s_mostWait)
                throw new TimeoutException($"The begin of the drill was not copied into haconnect_audit.trail within {s_mostWait}, so that other instances cannot see it. Call AddAuditTable(), and see its log.");
            await Task.Delay(s_poll, runtime.Time, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }
}
