using System.Data.Common;
using System.Globalization;
using HaConnect.Failover.Manual;
using HaConnect.Failover.Promotion;
using HaConnect.Failover.Switchover;
using HaConnect.Probing;

namespace HaConnect.Failover;

/// <summary>Reads what a data node has on record: a coordinator in its lock session, the doctor in one of its own.</summary>
internal sealed class RecordReader(string node, IQueries session)
{
    internal async Task<VoterRecord> ReadAsync(CancellationToken cancellationToken)
    {
        var (version, managers) = await session.QueryAsync(ControlSql.ReadServer, static row => (row.GetInt32(0), row.GetFieldValue<string[]>(1)), cancellationToken).ConfigureAwait(false);
        var parameters = version >= 150000 ? ControlSql.MissingParameterPrivileges : ControlSql.MissingSuperuser;
        var missing = await session.QueryAsync(ControlSql.MissingPrivileges + parameters, static row => row.GetFieldValue<string[]>(0), cancellationToken).ConfigureAwait(false);
        if (missing.Length > 0)
            return new VoterRecord { InRecovery = true, SystemIdentifier = 0, VersionNumber = version, OtherManagers = managers, MissingPrivileges = missing };

        var settings = await session.QueryAsync(ControlSql.ReadSettings, Settings, cancellationToken).ConfigureAwait(false);
        var record = settings with { VersionNumber = version, OtherManagers = managers };
        if (!await session.QueryAsync(ControlSql.HasSchema, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))
            return record;
        if (!record.InRecovery && await session.QueryAsync(ControlSql.HasRequests, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))
            record = record with { Request = await session.QueryAsync(ControlSql.ReadRequest, Request, cancellationToken).ConfigureAwait(false) };
        if (await session.QueryAsync(ControlSql.HasPauses, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))
            record = record with { Pauses = await session.QueryAsync(ControlSql.ReadPauses, Paused, cancellationToken).ConfigureAwait(false) };
        var newest = await session.QueryAsync(ControlSql.ReadTerms, Term, cancellationToken, true).ConfigureAwait(false);
        var established = await session.QueryAsync(ControlSql.ReadTerms, Term, cancellationToken, false).ConfigureAwait(false);
        return newest is null ? record : record with
        {
            NewestTerm = newest.Row,
            EstablishedTerm = established?.Row,
            StoredVoters = newest.Voters,
            StoredControlDatabase = newest.ControlDatabase,
            Clock = newest.Clock,
            Failovers = newest.Failovers,
        };
    }

    internal async Task<TermRow?> ReadTermAsync(bool newest, CancellationToken cancellationToken) =>
        await session.QueryAsync(ControlSql.HasSchema, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false)
            ? (await session.QueryAsync(ControlSql.ReadTerms, Term, cancellationToken, newest).ConfigureAwait(false))?.Row
            : null;

    private VoterRecord Settings(DbDataReader row)
    {
        var register = Register.Parse(row.IsDBNull(2) ? null : row.GetString(2));
        return new VoterRecord
        {
            InRecovery = row.GetBoolean(0),
            SystemIdentifier = ulong.Parse(row.GetString(1), CultureInfo.InvariantCulture),
            Register = register?.Node == node ? register : null,
            SynchronousNamesText = row.GetString(3),
            SynchronousNames = SynchronousNames.Parse(row.GetString(3)),
            PrimaryConninfo = row.GetString(4),
            RestoreCommand = row.GetString(5),
            UnsafeSettings = row.GetFieldValue<string[]>(6),
            WalReceiverTimeout = TimeSpan.FromSeconds(row.GetDouble(7)),
            RefusesWrites = row.GetBoolean(8),
            IsTold = Register.Parse(row.IsDBNull(9) ? null : row.GetString(9)) is { Phase: RegisterPhase.Announced or RegisterPhase.Held } told && told.Node == node,
            Streaming = row.GetFieldValue<string[]>(10),
            Manual = ManualFailover.Parse(row.IsDBNull(11) ? null : row.GetString(11)),
            Receiving = row.GetFieldValue<string[]>(12),
        };
    }

    private static SwitchoverRequest? Request(DbDataReader row) =>
        !row.HasRows ? null : new(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1), row.IsDBNull(2) ? null : row.GetString(2), TimeSpan.FromSeconds(row.GetDouble(3)), row.GetBoolean(4));

    private static Pauses Paused(DbDataReader row) => new(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetString(1), [.. row.GetFieldValue<string[]>(2)]);

    private static TermRecord? Term(DbDataReader row) => !row.HasRows ? null : new TermRecord(
        new TermRow(row.GetInt64(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetInt32(3), row.GetBoolean(4)),
        row.GetFieldValue<string[]>(5), row.GetString(6), row.GetDateTime(7), row.GetFieldValue<DateTime[]>(8));

    private sealed record TermRecord(TermRow Row, string[] Voters, string ControlDatabase, DateTime Clock, DateTime[] Failovers);
}
