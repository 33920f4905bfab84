using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Integrity.OtherTools;

/// <summary>
/// Two servers that a tool of its own keeps in step, one of them under load: no false alarm; and rows changed, removed and added at the right side behind the tool's back: these, and nothing else. <c>accounts</c> and
/// <c>queue</c> have the load, <c>alone</c> has no key.
/// </summary>
public abstract class OtherToolTest : IntegrityTest
{
    private protected const int Accounts = 20_000;

    private protected static readonly string[] Tables =
    [
        "CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL, filler text NOT NULL)",
        "CREATE TABLE queue (id bigserial PRIMARY KEY, what text NOT NULL)",
        "CREATE TABLE by_text (code text PRIMARY KEY, amount numeric(12,2), at timestamptz)",
        "CREATE TABLE by_two (area uuid, day date, doc jsonb, bytes bytea, PRIMARY KEY (area, day))",
        "CREATE TABLE alone (who int, what text)",
    ];

    private protected static readonly string[] Rows =
    [
        $"INSERT INTO accounts SELECT i, 0, repeat('x', 60) FROM generate_series(1, {Accounts}) i",
        "INSERT INTO by_text SELECT md5(i::text), i / 7.0, '2026-01-01'::timestamptz + i * interval '1 min' FROM generate_series(1, 1000) i",
        "INSERT INTO by_two SELECT md5((i % 10)::text)::uuid, '2026-01-01'::date + i, jsonb_build_object('a', i, 'list', ARRAY[i, i + 1]), decode(md5(i::text), 'hex') FROM generate_series(1, 1000) i",
        "INSERT INTO alone SELECT i % 500, 'what ' || i % 250 FROM generate_series(1, 1000) i",
        "ANALYZE",
    ];

    /// <summary>With <c>$1</c> an account, <c>$2</c> an amount. A tool that carries whole rows would put right what is planted in the account that is left out.</summary>
    private const string Transaction = """
        WITH changed AS (UPDATE accounts SET balance = balance + $2 WHERE id = $1 AND id <> 4711 RETURNING id),
             added AS (INSERT INTO queue (what) SELECT 'account ' || id FROM changed RETURNING id)
        DELETE FROM queue WHERE id IN (SELECT id FROM queue ORDER BY id OFFSET 20 LIMIT 1) AND (SELECT count(*) FROM added) = 1
        """;

    /// <summary>Behind the tool's back: triggers that refuse changes at a subscriber, or that queue them, do not fire then.</summary>
    private static readonly string[] s_planted =
    [
        "SET session_replication_role = replica",
        "UPDATE by_text SET amount = amount + 0.01 WHERE code = md5('7')",
        "DELETE FROM by_two WHERE area = md5('3')::uuid AND day = '2026-01-14'",
        "INSERT INTO by_text VALUES ('zzz', 1, '2026-02-03 04:05:06Z')",
        "UPDATE accounts SET filler = 'y' WHERE id = 4711",
    ];

    /// <summary>Five tables, of which the tool carries four; the tool is at work.</summary>
    private protected static async Task RequireFoundAsync(PostgresCluster left, PostgresCluster right, string owner, string sequences, int settleSeconds)
    {
        var options = new VerificationOptions { Settle = TimeSpan.FromSeconds(settleSeconds), MaxLoad = 0.5 };
        await using var load = new LoadClient(Connection(left, "n1"), Transaction, Accounts, clients: 2, TimeSpan.FromMilliseconds(20));
        await UntilAsync("the load", () => Task.FromResult(load.Count > 100));
        await using var there = NpgsqlDataSource.Create(Connection(right, "n1"));
        await UntilAsync("something of the load at the right", async () =>
        {
            await using var carried = there.CreateCommand("SELECT EXISTS (SELECT FROM accounts WHERE balance <> 0)");
            return await carried.ExecuteScalarAsync(Cancelled) is true;
        }, TimeSpan.FromSeconds(90));
        var before = load.Count;
        var equal = await VerifyAsync(Side(left, "n1"), Right(right), options);
        Assert.Equal((0L, 0L, VerificationVerdict.Met), (equal.DifferentRows, equal.UnjudgedRows, equal.Verdict));
        Assert.StartsWith("Nothing tells how far one side follows the other", equal.Relation, StringComparison.Ordinal);
        Assert.Equal([("public.accounts", "by ranges of id"), ("public.alone", "as a set, without a key"), ("public.by_text", "by ranges of code"), ("public.by_two", "by ranges of area, day"), ("public.queue", "by ranges of id")], equal.Tables.Select(t => (t.Name, t.Method)));
        Assert.Contains(equal.Notes, n => n.Kind == VerificationNoteKind.Note && n.Text.StartsWith($"Not compared, since {owner} keeps it at each server for itself: ", StringComparison.Ordinal));
        Assert.Equal(sequences, string.Join(' ', equal.Notes.Where(n => n.Text.StartsWith("Sequences ", StringComparison.Ordinal)).Select(n => n.Text.Split(" (")[0])));
        Assert.True(load.Count > before + 100, "the load stood still: the test shows little");

        await ExecuteAsync(right, "n1", "app", s_planted);
        var told = await VerifyAsync(Side(left, "n1"), Right(right), options);
        Assert.Equal((4L, 0L), (told.DifferentRows, told.UnjudgedRows));
        Assert.Equal(VerificationVerdict.NotMet, told.Verdict);
        Assert.StartsWith("Changed id=4711: filler xxx", Assert.Single(Shown(told, "public.accounts")), StringComparison.Ordinal);
        Assert.Equal(["Changed code=8f14e45fceea167a5a36dedd4bea2543: amount 1.00|1.01", "Extra code=zzz: code NULL|zzz; amount NULL|1.00; at NULL|2026-02-03 04:05:06+00"], Shown(told, "public.by_text"));
        Assert.StartsWith("Missing area=eccbc87e-4b5c-e2fe-2830-8fd9f2a7baf3, day=2026-01-14: area ", Assert.Single(Shown(told, "public.by_two")), StringComparison.Ordinal);
        Assert.Empty(Shown(told, "public.alone"));
        Assert.Empty(Shown(told, "public.queue"));
    }

    /// <summary>The tool has brought all rows that were there.</summary>
    private protected static async Task UntilInStepAsync(PostgresCluster right, params string[] tables)
    {
        await using var there = NpgsqlDataSource.Create(Connection(right, "n1"));
        await UntilAsync("the first copy", async () =>
        {
            await using var rows = there.CreateCommand($"SELECT {string.Join(" + ", tables.Select(t => $"(SELECT count(*) FROM {t})"))}");
            return await rows.ExecuteScalarAsync(Cancelled) is long count && count == tables.Sum(t => t == "accounts" ? Accounts : t == "queue" ? 0 : 1000);
        }, TimeSpan.FromSeconds(90));
    }

    private protected static VerificationSide Right(PostgresCluster right) => Side(right, "n1") with { Name = "right" };

    /// <summary>As libpq takes it.</summary>
    private protected static string Conninfo(PostgresCluster cluster) => $"host={cluster["n1"].Host} port={cluster["n1"].Port} dbname=app user={cluster.Superuser.User} password={cluster.Superuser.Password}";
}
