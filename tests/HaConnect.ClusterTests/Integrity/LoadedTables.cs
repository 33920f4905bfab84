namespace HaConnect.ClusterTests.Integrity;

/// <summary>Tables with and without a key, and what a client does to them in a transaction: changes, adds and removes.</summary>
internal static class LoadedTables
{
    internal const int Accounts = 50_000;

    internal static readonly string[] Made =
    [
        "CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL, filler text NOT NULL)",
        "INSERT INTO accounts SELECT i, 0, repeat('x', 60) FROM generate_series(1, 50000) i",
        "CREATE TABLE history (account int, delta int, at timestamptz DEFAULT now())",
        "CREATE TABLE queue (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text NOT NULL)",
        "ALTER TABLE history REPLICA IDENTITY FULL",
        "ANALYZE",
    ];

    /// <summary>With <c>$1</c> an account, <c>$2</c> an amount.</summary>
    internal const string Transaction = """
        WITH changed AS (UPDATE accounts SET balance = balance + $2 WHERE id = $1 RETURNING id),
             told AS (INSERT INTO history (account, delta) SELECT id, $2 FROM changed RETURNING account),
             added AS (INSERT INTO queue (what) SELECT 'account ' || account FROM told RETURNING id)
        DELETE FROM queue WHERE id IN (SELECT id FROM queue ORDER BY id LIMIT 1) AND (SELECT count(*) FROM added) = 1
        """;
}
