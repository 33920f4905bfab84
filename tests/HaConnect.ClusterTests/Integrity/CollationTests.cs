using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>Two databases that sort text otherwise: a range of a key on one is no range on the other.</summary>
public sealed class CollationTests : IntegrityTest
{
    /// <summary>Upper and lower case, accents and signs: what collations disagree about.</summary>
    private const string Made = """
        CREATE TABLE names (name text PRIMARY KEY, v int);
        INSERT INTO names SELECT CASE i % 4 WHEN 0 THEN 'a' WHEN 1 THEN 'B' WHEN 2 THEN 'ä' ELSE '-' END || substr(md5(i::text), 1, 6) || '-' || i, i FROM generate_series(1, 20000) i;
        CREATE TABLE bytewise (name text COLLATE "C" PRIMARY KEY, v int);
        INSERT INTO bytewise SELECT * FROM names;
        """;

    [Fact]
    public async Task Run_TextKeySortedOtherwise_OnlyTheRealDifferenceIsFound()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        Assert.SkipWhen(cluster.MajorVersion < 15, "a database has no ICU locale before PostgreSQL 15");
        await ExecuteAsync(cluster, "n1", "app",
            "CREATE DATABASE a TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", "CREATE DATABASE b TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en' LC_COLLATE 'C' LC_CTYPE 'C'",
            "CREATE DATABASE c TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en' LC_COLLATE 'C' LC_CTYPE 'C'");
        foreach (var database in (string[])["a", "b", "c"])
            await ExecuteAsync(cluster, "n1", database, Made, "ANALYZE");
        var (a, b, c) = (Side(cluster, "n1", "a"), Side(cluster, "n1", "b"), Side(cluster, "n1", "c"));
        var equal = await VerifyAsync(a, b, Still());
        Assert.True(equal.IsEqual);
        Assert.Equal(["by ranges of name", "by name, in buckets"], equal.Tables.Select(t => t.Method));
        Assert.Contains(equal.Notes, n => n is { Table: "public.names" } && n.Text.StartsWith("Text is sorted otherwise", StringComparison.Ordinal));
        Assert.Equal(["by ranges of name", "by ranges of name"], (await VerifyAsync(b, c, Still())).Tables.Select(t => t.Method)); // which sort alike

        await ExecuteAsync(cluster, "n1", "b", "UPDATE names SET v = -1 WHERE v = 4711", "DELETE FROM names WHERE v = 4712", "INSERT INTO names VALUES ('Ä', 0)", "UPDATE names SET name = name || ' ' WHERE v = 4713");
        foreach (var (left, right) in ((VerificationSide, VerificationSide)[])[(a, b), (c, b)])
        {
            var report = await VerifyAsync(left, right, Still("names"));
            Assert.Equal(5, report.DifferentRows);
            Assert.Equal((1, 2, 2), (Count(report, RowDifferenceKind.Changed), Count(report, RowDifferenceKind.Missing), Count(report, RowDifferenceKind.Extra)));
        }
    }

    private static int Count(VerificationReport report, RowDifferenceKind kind) => report.Tables[0].Shown.Count(s => s.Kind == kind);
}
