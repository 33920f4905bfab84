using HaConnect.Histories;
using Npgsql;

namespace HaConnect.ClusterTests.Routing.Reading;

/// <summary>What a session does on a connection, whoever opened it, with the line that says so.</summary>
internal static class ReadSql
{
    internal const string Tables = "CREATE TABLE ticks (tick bigint PRIMARY KEY); CREATE TABLE marks (session text, value bigint, PRIMARY KEY (session, value))";

    private const string Newest = "SELECT coalesce((SELECT max(tick) FROM ticks), 0), coalesce((SELECT max(value) FROM marks WHERE session = $1), 0), pg_is_in_recovery(), current_setting('cluster_name')";

    internal static async Task<SessionEvent> ReadAsync(NpgsqlConnection connection, string session, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Newest, connection) { Parameters = { new() { Value = session } } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new SessionEvent { Do = SessionAct.Read, At = 0, Tick = row.GetInt64(0), Own = row.GetInt64(1), Standby = row.GetBoolean(2), Node = row.GetString(3) };
    }

    internal static async Task WriteAsync(NpgsqlConnection connection, string session, long value, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("INSERT INTO marks VALUES ($1, $2) ON CONFLICT DO NOTHING", connection) { Parameters = { new() { Value = session }, new() { Value = value } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
