using System.Data.Common;
using System.Globalization;
using HaConnect.Connections;
using HaConnect.Failover;
using HaConnect.Failover.Slots;
using HaConnect.Options;
using HaConnect.Probing;
using Npgsql;

namespace HaConnect.Doctor;

/// <summary>Reads one node in one session, which cannot write. What goes wrong is part of what was read.</summary>
internal sealed class NodeReader(NodeSources sources, bool coordinates, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    internal async Task<NodeReading> ReadAsync(ConfiguredNode node, bool isWitness, CancellationToken cancellationToken)
    {
        var reading = new NodeReading(node.Name, isWitness);
        try
        {
            var source = sources.ForDoctor(node.Host, node.Port);
            await using var _ = source.ConfigureAwait(false);
            var session = await OwnSession.OpenAsync(source, Timeout, time, cancellationToken).ConfigureAwait(false);
            await using var __ = session.ConfigureAwait(false);
            var queries = new BoundedQueries(session, Timeout);
            var before = await queries.QueryAsync(DoctorSql.ProcessId, static row => row.GetInt32(0), cancellationToken).ConfigureAwait(false);
            reading = isWitness
                ? reading with { WitnessStatement = await queries.QueryAsync(DoctorSql.ReadWitness, static row => row.IsDBNull(0) ? null : row.GetString(0), cancellationToken).ConfigureAwait(false) }
                : reading with
                {
                    Server = await queries.QueryAsync(DoctorSql.ReadServer, Server, cancellationToken, [DoctorSql.Limits.ToArray()]).ConfigureAwait(false),
                    Slots = await queries.QueryAsync(SlotSql.Read, SlotReading.From, cancellationToken).ConfigureAwait(false),
                };
            if (coordinates && !isWitness)
                reading = await ReadRecordAsync(reading, queries, cancellationToken).ConfigureAwait(false);
            var after = await queries.QueryAsync(DoctorSql.ProcessId, static row => row.GetInt32(0), cancellationToken).ConfigureAwait(false);
            var other = before != session.ServerProcessId ? before : after;
            return other == session.ServerProcessId ? reading : reading with { Processes = (session.ServerProcessId, other) };
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new NodeReading(node.Name, isWitness) { Failure = ErrorClassifier.Classify(e) };
        }
    }

    private static async Task<NodeReading> ReadRecordAsync(NodeReading reading, IQueries queries, CancellationToken cancellationToken)
    {
        try
        {
            return reading with { Record = await new RecordReader(reading.Node, queries).ReadAsync(cancellationToken).ConfigureAwait(false) };
        }
        catch (PostgresException e)
        {
            return reading with { RecordProblem = $"{e.SqlState}: {e.MessageText}" };
        }
    }

    private static ServerReading Server(DbDataReader row) => new()
    {
        InRecovery = row.GetBoolean(0),
        SystemIdentifier = ulong.Parse(row.GetString(1), CultureInfo.InvariantCulture),
        VersionNumber = row.GetInt32(2),
        User = row.GetString(3),
        CanBeRewound = row.GetBoolean(4),
        HotStandby = row.GetBoolean(5),
        Limits = row.GetFieldValue<int[]>(6),
        WalKeepSize = row.IsDBNull(7) ? null : row.GetInt32(7),
        WalReceiverTimeout = TimeSpan.FromSeconds(row.GetDouble(8)),
        SynchronousNamesText = row.GetString(9),
        UnsafeSettings = row.GetFieldValue<string[]>(10),
        CommitOverrides = [.. row.GetFieldValue<string[]>(11).Zip(row.GetFieldValue<string[]>(12))],
        SeesStatistics = row.GetBoolean(13),
        Senders = [.. row.GetFieldValue<string[]>(14).Zip(row.GetFieldValue<bool[]>(15))],
    };
}
