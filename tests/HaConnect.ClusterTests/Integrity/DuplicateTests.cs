using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>A row that one side has twice, which a key at the other one rules out.</summary>
public sealed class DuplicateTests : IntegrityTest
{
    private const string Filled = "INSERT INTO plain SELECT i, 'v' || i FROM generate_series(1, 3000) i; INSERT INTO broken SELECT * FROM plain; INSERT INTO worded SELECT 'k' || id, v FROM plain";

    /// <summary>An index that says it is unique, and is not, as corruption leaves it.</summary>
    private static readonly string[] s_right =
    [
        "CREATE TABLE plain (id int NOT NULL, v text)", "CREATE TABLE broken (id int NOT NULL, v text)", "CREATE INDEX broken_pkey ON broken (id)", "CREATE TABLE worded (id text NOT NULL, v text)", "CREATE INDEX worded_pkey ON worded (id)",
        Filled, "UPDATE pg_index SET indisunique = true WHERE indexrelid IN ('broken_pkey'::regclass, 'worded_pkey'::regclass)",
    ];

    [Fact]
    public async Task Run_RowThatTheRightSideHasTwice_IsADifference()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        Assert.SkipWhen(cluster.MajorVersion < 15, "a database has no ICU locale before PostgreSQL 15");
        await ExecuteAsync(cluster, "n1", "app", "CREATE DATABASE a TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", "CREATE DATABASE b TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en' LC_COLLATE 'C' LC_CTYPE 'C'");
        await ExecuteAsync(cluster, "n1", "a", "CREATE TABLE plain (id int PRIMARY KEY, v text)", "CREATE TABLE broken (id int PRIMARY KEY, v text)", "CREATE TABLE worded (id text PRIMARY KEY, v text)", Filled, "ANALYZE");
        await ExecuteAsync(cluster, "n1", "b", [.. s_right, "ANALYZE"]);
        var (left, right) = (Side(cluster, "n1", "a"), Side(cluster, "n1", "b"));
        var equal = await VerifyAsync(left, right, Still());
        Assert.Equal((0L, 0L, 9000L), (equal.DifferentRows, equal.UnjudgedRows, equal.Rows));
        Assert.Equal(["by ranges of id", "as a set, without a key", "by id, in buckets"], equal.Tables.Select(t => t.Method));

        await ExecuteAsync(cluster, "n1", "b", "INSERT INTO plain SELECT * FROM plain WHERE id IN (7, 8)", "UPDATE pg_index SET indisunique = false", "INSERT INTO broken SELECT * FROM broken WHERE id = 7", "INSERT INTO worded SELECT * FROM worded WHERE v = 'v7'",
            "UPDATE pg_index SET indisunique = true WHERE indexrelid IN ('broken_pkey'::regclass, 'worded_pkey'::regclass)");
        var report = await VerifyAsync(left, right, Still());
        Assert.Equal(VerificationVerdict.NotMet, report.Verdict);
        Assert.Equal([1L, 2L, 1L], report.Tables.Select(t => t.DifferentRows));
        Assert.Equal(["Changed id=7 (2 times at the right): "], Shown(report, "public.broken"));
        Assert.Equal(["Changed id=k7 (2 times at the right): "], Shown(report, "public.worded"));
        Assert.Equal(["Extra : id NULL|7; v NULL|v7", "Extra : id NULL|8; v NULL|v8"], Shown(report, "public.plain"));
    }
}
