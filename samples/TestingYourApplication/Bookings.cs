using HaConnect;
using Npgsql;

namespace TestingYourApplication;

/// <summary>The application that is tested: seats of a train. It knows nothing of the tests.</summary>
internal sealed class Bookings(HaDataSource db)
{
    public Task CreateAsync(CancellationToken cancellationToken) => db.ExecuteAsync(
        async (connection, ct) =>
        {
            await using var create = new NpgsqlCommand("CREATE TABLE IF NOT EXISTS seats (seat int PRIMARY KEY, passenger text NOT NULL)", connection);
            await create.ExecuteNonQueryAsync(ct);
        },
        WorkKind.IdempotentWrite, cancellationToken);

    /// <summary>False where somebody else has the seat.</summary>
    public Task<bool> BookAsync(int seat, string passenger, CancellationToken cancellationToken) => db.ExecuteAsync(
        async (connection, ct) =>
        {
            // Run again after a lost connection, it says what the first time would have said.
            await using var book = new NpgsqlCommand(
                "WITH booked AS (INSERT INTO seats VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING passenger) SELECT passenger FROM booked UNION ALL SELECT passenger FROM seats WHERE seat = $1", connection)
            {
                Parameters = { new() { Value = seat }, new() { Value = passenger } },
            };
            return (string?)await book.ExecuteScalarAsync(ct) == passenger;
        },
        WorkKind.IdempotentWrite, cancellationToken);

    public Task<long> CountAsync(CancellationToken cancellationToken) => db.ReadAsync(
        async (connection, ct) =>
        {
            await using var count = new NpgsqlCommand("SELECT count(*) FROM seats", connection);
            return (long)(await count.ExecuteScalarAsync(ct))!;
        },
        new ReadPolicy { Consistency = ReadConsistency.Strong }, cancellationToken);
}
