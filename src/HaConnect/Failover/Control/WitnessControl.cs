using System.Globalization;
using HaConnect.Failover.Promotion;
using HaConnect.Probing;

namespace HaConnect.Failover;

/// <summary>
/// Acts on a witness: it remembers and breaks ties. Its records are rows keyed by the cluster's name, since one witness serves many.
/// It holds no WAL, so that it is never asked for what concerns WAL.
/// </summary>
internal sealed class WitnessControl(string node, string cluster, LockSession session, int lockObject) : INodeControl
{
    internal const string HasTable = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'haconnect' AND c.relname = 'register')";
    internal const string CreateTable = "CREATE SCHEMA IF NOT EXISTS haconnect; CREATE TABLE IF NOT EXISTS haconnect.register (cluster text PRIMARY KEY, value text NOT NULL)";
    internal const string Read = "SELECT (SELECT value FROM haconnect.register WHERE cluster = $1)";
    internal const string Write = "INSERT INTO haconnect.register (cluster, value) VALUES ($1, $2) ON CONFLICT (cluster) DO UPDATE SET value = excluded.value";
    internal const string SystemIdentifier = "SELECT system_identifier::text FROM pg_catalog.pg_control_system()";
    internal const string HoldsLock = "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.classid = $1::oid AND l.objid = $2::oid AND l.objsubid = 2 AND l.pid = pg_catalog.pg_backend_pid() AND l.granted)";

    public Task<bool> TakeLockAsync(CancellationToken cancellationToken) => session.OpenAsync(cancellationToken);

    public Task RenewAsync(CancellationToken cancellationToken) => session.ExecuteAsync(ControlSql.Renew, cancellationToken);

    public async Task<VoterRecord> ReadRecordAsync(CancellationToken cancellationToken)
    {
        var identifier = await session.QueryAsync(SystemIdentifier, static row => row.GetString(0), cancellationToken).ConfigureAwait(false);
        if (!await session.QueryAsync(HasTable, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))
            await session.ExecuteAsync(CreateTable, cancellationToken).ConfigureAwait(false);
        var register = await ReadRegisterAsync(cancellationToken).ConfigureAwait(false);
        return new VoterRecord { InRecovery = false, SystemIdentifier = ulong.Parse(identifier, CultureInfo.InvariantCulture), Register = register?.Node == node ? register : null };
    }

    public async Task WriteRegisterAsync(Register register, CancellationToken cancellationToken)
    {
        var present = await ReadRegisterAsync(cancellationToken).ConfigureAwait(false);
        if (present is not null && present.Term > register.Term)
            throw new CommandRefusedException($"it has promised term {present.Term} to {present.Coordinator}");

        // A lock session commits locally; a witness's promise must survive its crash, which a local flush gives.
        await session.ExecuteAsync(Write, cancellationToken, cluster, register.ToString()).ConfigureAwait(false);
    }

    public async Task VerifyAsync(long term, bool isCutOff, CancellationToken cancellationToken)
    {
        if (!await session.QueryAsync(HoldsLock, static row => row.GetBoolean(0), cancellationToken, (long)LockKey.Class, (long)(uint)lockObject).ConfigureAwait(false))
            throw new CommandRefusedException("this session does not hold its lock");
        if ((await ReadRegisterAsync(cancellationToken).ConfigureAwait(false))?.Term != term)
            throw new CommandRefusedException($"its register is not of term {term}");
    }

    public Task CutOffAsync(long term, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task<StandbyPosition> ReadPositionAsync(CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task SetSynchronousNamesAsync(string names, long term, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task PromoteAsync(PromotionOrder order, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task RepointAsync(string primary, long term, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task<ulong> CommitTermAsync(TermRow row, IReadOnlyList<string> voters, string reason, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task AwaitFlushAsync(ulong lsn, IReadOnlyList<string> standbys, int required, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task MarkEstablishedAsync(long term, ulong lsn, NodeCommand.EndRequest? ended, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task FenceAsync(long term, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task StartRequestAsync(long id, string target, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task AwaitInstancesAsync(CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task<IReadOnlyList<string>> DrainAsync(NodeCommand.Drain order, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task<ulong> SealAsync(long term, long requestId, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task AwaitSmallLagAsync(TimeSpan limit, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task AwaitReplayAsync(ulong lsn, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task ReopenAsync(Register register, string names, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task EndRequestAsync(long id, string outcome, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task SaveAuditAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellationToken) => throw HoldsNoWal();

    public Task CloseAsync() => session.CloseAsync();

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private async Task<Register?> ReadRegisterAsync(CancellationToken cancellationToken) =>
        Register.Parse(await session.QueryAsync(Read, static row => row.IsDBNull(0) ? null : row.GetString(0), cancellationToken, cluster).ConfigureAwait(false));

    private static InvalidOperationException HoldsNoWal() => new("A witness holds no WAL.");
}
