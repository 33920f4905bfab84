using HaConnect.Connections;
using HaConnect.Failover;
using HaConnect.Failover.Slots;
using HaConnect.Options;
using HaConnect.Probing;
using Npgsql;

namespace HaConnect.Doctor;

/// <summary>Reads one node in one session, which cannot write. What goes wrong is part of what was read.</summary>
internal sealed class NodeReader(NodeSources sources, ExaminedOptions options, bool coordinates, TimeProvider time)
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
            reading = reading with { Clock = await ReadClockAsync(queries, cancellationToken).ConfigureAwait(false) };
            reading = isWitness
                ? reading with { WitnessStatement = await queries.QueryAsync(DoctorSql.ReadWitness, static row => row.IsDBNull(0) ? null : row.GetString(0), cancellationToken).ConfigureAwait(false) }
                : reading with
                {
                    Server = await queries.QueryAsync(DoctorSql.ReadServer, ServerReading.From, cancellationToken, [DoctorSql.Limits.ToArray()]).ConfigureAwait(false),
                    Slots = await queries.QueryAsync(SlotSql.Read, SlotReading.From, cancellationToken).ConfigureAwait(false),
                };
            if (coordinates && !isWitness)
                reading = await ReadRecordAsync(reading, queries, cancellationToken).ConfigureAwait(false);
            if (!isWitness)
                reading = await new TopicReader(queries, options).ReadAsync(reading, cancellationToken).ConfigureAwait(false);
            var after = await queries.QueryAsync(DoctorSql.ProcessId, static row => row.GetInt32(0), cancellationToken).ConfigureAwait(false);
            var other = before != session.ServerProcessId ? before : after;
            return other == session.ServerProcessId ? reading : reading with { Processes = (session.ServerProcessId, other) };
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new NodeReading(node.Name, isWitness) { Failure = ErrorClassifier.Classify(e) };
        }
    }

    /// <summary>The quickest of three answers tells most.</summary>
    private async Task<ClockReading> ReadClockAsync(BoundedQueries queries, CancellationToken cancellationToken)
    {
        ClockReading? best = null;
        for (var i = 0; i < 3; i++)
        {
            var asked = time.GetTimestamp();
            var here = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
            var there = await queries.QueryAsync(StateSql.Clock, static row => row.GetDouble(0), cancellationToken).ConfigureAwait(false);
            var clock = new ClockReading(there - here - time.GetElapsedTime(asked).TotalSeconds, there - here);
            best = best is not null && best.Most - best.Least < clock.Most - clock.Least ? best : clock;
        }

        return best!;
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
}
