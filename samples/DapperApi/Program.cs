using Dapper;
using HaConnect;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddHaDatabase(builder.Configuration.GetSection("HaDatabase"));
var app = builder.Build();

// A real application leaves this to its migrations.
await app.Services.GetRequiredService<HaDataSource>().ExecuteAsync(
    (connection, ct) => connection.ExecuteAsync(new CommandDefinition(
        "CREATE TABLE IF NOT EXISTS entries (id uuid PRIMARY KEY, account text NOT NULL, amount numeric NOT NULL)", cancellationToken: ct)), WorkKind.IdempotentWrite);

// Dapper gets a real NpgsqlConnection. The client gives the id, so that the insert may be repeated: during a failover the request waits, and then succeeds.
app.MapPost("/entries", async (Entry entry, HaDataSource db, CancellationToken cancellationToken) =>
{
    await db.ExecuteAsync(
        (connection, ct) => connection.ExecuteAsync(new CommandDefinition("INSERT INTO entries VALUES (@Id, @Account, @Amount) ON CONFLICT DO NOTHING", entry, cancellationToken: ct)),
        WorkKind.IdempotentWrite, cancellationToken);
    return Results.Created($"/accounts/{entry.Account}", entry);
});

// Work that only reads is made at a replica, and at another one where that is lost. ?now=true is for who cannot bear to see the account as it was a moment ago.
app.MapGet("/accounts/{account}", async (string account, bool? now, HaDataSource db, CancellationToken cancellationToken) =>
{
    var policy = now == true ? new ReadPolicy { Consistency = ReadConsistency.Strong } : null;
    var (entries, balance) = await db.ReadAsync(
        (connection, ct) => connection.QuerySingleAsync<(long, decimal)>(new CommandDefinition(
            "SELECT count(*), coalesce(sum(amount), 0) FROM entries WHERE account = @account", new { account }, cancellationToken: ct)),
        policy, cancellationToken);
    return Results.Ok(new Account(account, entries, balance));
});

await app.RunAsync();

internal sealed record Entry(Guid Id, string Account, decimal Amount);

internal sealed record Account(string Name, long Entries, decimal Balance);
