using HaConnect;
using Npgsql;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddHaDatabase(builder.Configuration.GetSection("HaDatabase"));
var app = builder.Build();

// A real application leaves this to its migrations.
var database = app.Services.GetRequiredService<HaDataSource>();
await database.ExecuteAsync(async (connection, ct) =>
{
    await using var create = new NpgsqlCommand("CREATE TABLE IF NOT EXISTS orders (id uuid PRIMARY KEY, item text NOT NULL, quantity int NOT NULL)", connection);
    await create.ExecuteNonQueryAsync(ct);
}, WorkKind.IdempotentWrite);

// The client gives the id, so that the insert may be repeated: during a failover the request waits, and then succeeds.
app.MapPost("/orders", async (Order order, HaDataSource db, CancellationToken cancellationToken) =>
{
    await db.ExecuteAsync(async (connection, ct) =>
    {
        await using var insert = new NpgsqlCommand("INSERT INTO orders (id, item, quantity) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", connection)
        {
            Parameters = { new() { Value = order.Id }, new() { Value = order.Item }, new() { Value = order.Quantity } },
        };
        await insert.ExecuteNonQueryAsync(ct);
    }, WorkKind.IdempotentWrite, cancellationToken);
    return Results.Created($"/orders/{order.Id}", order);
});

app.MapGet("/orders/{id:guid}", async (Guid id, HaDataSource db, CancellationToken cancellationToken) =>
{
    await using var replica = await db.OpenReadConnectionAsync(cancellationToken);
    var order = await FindAsync(replica, id, cancellationToken)
        // A replica may be behind by Routing:MaxReplicaLag: what it does not have yet, the primary has.
        ?? await db.ExecuteAsync((primary, ct) => FindAsync(primary, id, ct), WorkKind.IdempotentWrite, cancellationToken);
    return order is null ? Results.NotFound() : Results.Ok(order);
});

app.MapGet("/cluster", (HaDataSource db) =>
{
    var snapshot = db.Snapshot;
    return Results.Ok(new
    {
        primary = snapshot.Primary?.Name,
        term = snapshot.Term,
        reason = snapshot.Reason,
        nodes = snapshot.Nodes.Select(node => new
        {
            node.Name,
            role = node.Role.ToString(),
            reachability = node.Reachability.ToString(),
            node.Timeline,
            lagBytes = node.Lag?.Bytes,
            lagSeconds = node.Lag?.Time.TotalSeconds,
            node.Reason,
        }),
    });
});

await app.RunAsync();

static async Task<Order?> FindAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
{
    await using var select = new NpgsqlCommand("SELECT item, quantity FROM orders WHERE id = $1", connection) { Parameters = { new() { Value = id } } };
    await using var rows = await select.ExecuteReaderAsync(cancellationToken);
    return await rows.ReadAsync(cancellationToken) ? new Order(id, rows.GetString(0), rows.GetInt32(1)) : null;
}

internal sealed record Order(Guid Id, string Item, int Quantity);
