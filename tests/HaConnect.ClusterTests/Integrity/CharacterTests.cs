using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Integrity;

/// <summary><c>character</c> and <c>bit</c> without their length are one character and one bit to a cast: nothing may be cut by it.</summary>
public sealed class CharacterTests : IntegrityTest
{
    /// <summary>More rows than the first part of a walk has.</summary>
    private const int Rows = 12_000;

    private const string Made = """
        CREATE DOMAIN cur AS char(3); CREATE DOMAIN flags AS bit(8); CREATE DOMAIN curs AS char(3)[]; CREATE DOMAIN mark AS varchar(9);
        CREATE TABLE prices (id int PRIMARY KEY, c cur, f flags, cs curs, m mark);
        INSERT INTO prices SELECT i, 'USD', B'10000000', '{USD,EUR}', 'abc' FROM generate_series(1, 100) i;
        """;

    private static readonly string[] s_changed =
    [
        "UPDATE prices SET c = 'UAH' WHERE id = 1", "UPDATE prices SET f = B'10000001' WHERE id = 2", "UPDATE prices SET cs = '{USD,ESP}' WHERE id = 3", "UPDATE prices SET m = 'abd' WHERE id = 4",
    ];

    private static readonly string[] s_shown =
    [
        "c USD|UAH", "f 10000000|10000001", "cs {USD,EUR}|{USD,ESP}", "m abc|abd",
    ];

    [Fact]
    public async Task Run_CharacterAndBitOfALength_AreComparedAndWalkedAsAWhole()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        await ExecuteAsync(cluster, "n1", "app", "CREATE DATABASE a TEMPLATE template0", "CREATE DATABASE b TEMPLATE template0");
        foreach (var database in (string[])["a", "b"])
        {
            await ExecuteAsync(cluster, "n1", database, Made, "CREATE TABLE keyed (id char(36) COLLATE \"C\" PRIMARY KEY, v int)",
                $"INSERT INTO keyed SELECT md5(i::text)::uuid::text, i FROM generate_series(1, {Rows}) i", "ANALYZE");
        }

        var (left, right) = (Side(cluster, "n1", "a"), Side(cluster, "n1", "b"));
        var equal = await VerifyAsync(left, right, Still());
        Assert.Equal((true, Rows + 100L), (equal.IsEqual, equal.Rows));
        Assert.Equal("by ranges of id", equal.Tables.Single(t => t.Name == "public.keyed").Method);

        await ExecuteAsync(cluster, "n1", "b", [.. s_changed, "UPDATE keyed SET v = -1 WHERE v = 4711", $"DELETE FROM keyed WHERE v = {Rows}"]);
        var report = await VerifyAsync(left, right, Still());
        Assert.Equal(s_shown.Select((s, i) => $"Changed id={i + 1}: {s}"), Shown(report, "public.prices"));
        Assert.Equal((2L, 6L), (report.Tables.Single(t => t.Name == "public.keyed").DifferentRows, report.DifferentRows));
    }
}
