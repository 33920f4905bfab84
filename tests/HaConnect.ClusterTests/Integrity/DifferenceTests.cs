using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>Two databases that were made alike, then changed in known places: those are found, each with its column, and nothing else.</summary>
public sealed class DifferenceTests : IntegrityTest
{
    private static readonly string[] s_made =
    [
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')", "CREATE DOMAIN small AS int CHECK (VALUE > 0)", "CREATE TYPE pair AS (x int, y text)",
        """
        CREATE TABLE kinds (id int, sub text, PRIMARY KEY (id, sub), bytes bytea, note text, f8 float8, f4 float4, j json, jb jsonb, numbers int[], words text[], m mood, ms mood[], d small, p pair, n numeric, iv interval,
          at timestamptz, u uuid, ip inet, r int4range, x xml, big bigint, five char(5), maybe text, class regclass, cash money, pt point, ts tsvector, twice int GENERATED ALWAYS AS (id * 2) STORED, bits bit(8), b bool)
        """,
        """
        INSERT INTO kinds SELECT i, 'k' || i, decode(lpad(to_hex(i), 8, '0'), 'hex'), 'text ' || i, i / 3.0, i / 3.0, json_build_object('a', i), jsonb_build_object('a', i), ARRAY[i, i + 1], ARRAY['a' || i, NULL], 'ok', '{sad,happy}', i,
          ROW(i, 'z')::pair, i / 7.0, i * interval '1 hour', '2026-01-01'::timestamptz + i * interval '1 s', md5(i::text)::uuid, '10.0.0.1', int4range(i, i + 5), '<a/>', i * 10000000000, 'ab', CASE WHEN i % 2 = 0 THEN '' END, 'pg_class', i,
          point(i, i), to_tsvector('simple', 'hello ' || i) FROM generate_series(1, 3000) i
        """,
        "CREATE TABLE bag (a int, b text)", "INSERT INTO bag SELECT i % 100, 'x' || (i % 50) FROM generate_series(1, 5000) i",
        "CREATE TABLE parted (id int, at date, v text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
        "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
        "CREATE TABLE empty (id int PRIMARY KEY)", "CREATE SEQUENCE numbers", "CREATE TABLE gone (id int PRIMARY KEY)", "INSERT INTO gone VALUES (1), (2)",
        "CREATE TABLE parent (id int PRIMARY KEY, v text)", "CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent)", "INSERT INTO parent VALUES (1, 'p')", "INSERT INTO child VALUES (1, 'c')",
        "CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM kinds",
        "CREATE SCHEMA \"odd \"\" schema\"", "CREATE TABLE \"odd \"\" schema\".\"a 'table'\" (\"the key\" uuid PRIMARY KEY, \"va\"\"l\" text)", "INSERT INTO \"odd \"\" schema\".\"a 'table'\" SELECT md5(i::text)::uuid, 'v' || i FROM generate_series(1, 2000) i",
    ];

    /// <summary>The right side is partitioned otherwise.</summary>
    private static readonly string[] s_left = [.. s_made, "CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')", Filled];

    private static readonly string[] s_right = [.. s_made, "CREATE TABLE parted_rest PARTITION OF parted DEFAULT", Filled];

    private const string Filled = "INSERT INTO parted SELECT i, '2026-01-01'::date + i % 50, 'v' || i FROM generate_series(1, 4000) i";

    private static readonly string[] s_changed =
    [
        "UPDATE kinds SET bytes = set_byte(bytes, 0, 9) WHERE id = 5", "UPDATE kinds SET note = note || ' ' WHERE id = 6", "UPDATE kinds SET f8 = '-0' WHERE id = 7", "UPDATE kinds SET jb = jb || '{\"b\": 1}' WHERE id = 8",
        "UPDATE kinds SET numbers[2] = 99 WHERE id = 9", "UPDATE kinds SET maybe = NULL WHERE id = 10", "UPDATE kinds SET maybe = '' WHERE id = 11", "UPDATE kinds SET n = n + 0.00000000000000000000000 WHERE id = 12",
        "UPDATE kinds SET p.y = 'q' WHERE id = 13", "UPDATE kinds SET ms = '{sad}' WHERE id = 14", "DELETE FROM kinds WHERE id = 15", "INSERT INTO kinds (id, sub) VALUES (9999, 'new'), (-5, 'neg')", "UPDATE kinds SET f4 = 'nan' WHERE id = 16",
        "UPDATE kinds SET j = '{\"a\" :  17}' WHERE id = 17", "UPDATE kinds SET five = 'ac' WHERE id = 18", "UPDATE kinds SET cash = cash + 1::money WHERE id = 19", "UPDATE kinds SET m = 'sad' WHERE id = 22", "UPDATE kinds SET d = 1 WHERE id = 23",
        "UPDATE kinds k SET note = o.note FROM kinds o WHERE k.id IN (20, 21) AND o.id = 41 - k.id", // swapped
        "DELETE FROM bag WHERE ctid IN (SELECT ctid FROM bag WHERE a = 7 LIMIT 2)", "INSERT INTO bag VALUES (7, 'new')",
        "UPDATE parted SET v = 'w' WHERE id = 100", "UPDATE parted SET at = '2026-01-01' WHERE id = 101", "INSERT INTO parted VALUES (1, '2030-01-01', 'late')",
        "DROP TABLE gone", "INSERT INTO empty VALUES (1)", "UPDATE child SET v = 'other'", "ALTER TABLE empty ADD more int",
        "UPDATE \"odd \"\" schema\".\"a 'table'\" SET \"va\"\"l\" = 'v17' || E'\\n' WHERE \"va\"\"l\" = 'v17'",
    ];

    [Fact]
    public async Task Run_ChangesOfEachKind_AreFoundWithTheirColumnsAndNothingElseIs()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        await ExecuteAsync(cluster, "n1", "app", "CREATE DATABASE a TEMPLATE template0", "CREATE DATABASE b TEMPLATE template0");
        await ExecuteAsync(cluster, "n1", "a", [.. s_left, "SELECT nextval('numbers') FROM generate_series(1, 10)"]);
        await ExecuteAsync(cluster, "n1", "b", s_right);
        var (left, right) = (Side(cluster, "n1", "a"), Side(cluster, "n1", "b"));
        var equal = await VerifyAsync(left, right, Still());
        Assert.Equal((true, true, VerificationVerdict.Met, 1.0), (equal.IsEqual, equal.MeetsGoal, equal.Verdict, equal.Rate));
        Assert.Equal(3000 + 5000 + 4000 + 2 + 2 + 2000, equal.Rows);
        Assert.Contains(equal.Notes, n => n is { Kind: VerificationNoteKind.Note, Table: null } && n.Text.Contains("numbers (nothing of 10)", StringComparison.Ordinal));
        Assert.Contains(equal.Notes, n => n is { Kind: VerificationNoteKind.Note, Table: "public.counted" });
        Assert.Contains(equal.Notes, n => n is { Kind: VerificationNoteKind.Note, Table: "public.kinds" } && n.Text.Contains("twice is generated", StringComparison.Ordinal));

        await ExecuteAsync(cluster, "n1", "b", s_changed);
        var report = await VerifyAsync(left, right, Still());
        Assert.Equal((false, VerificationVerdict.NotMet), (report.IsEqual, report.Verdict));
        Assert.Equal(
            [
                @"Changed id=10, sub=k10: maybe |NULL", "Changed id=11, sub=k11: maybe NULL|", "Changed id=12, sub=k12: n 1.7142857142857143|1.71428571428571430000000", "Changed id=13, sub=k13: p (13,z)|(13,q)",
                "Changed id=14, sub=k14: ms {sad,happy}|{sad}", "Changed id=16, sub=k16: f4 5.3333335|NaN", "Changed id=17, sub=k17: j {\"a\" : 17}|{\"a\" :  17}", "Changed id=18, sub=k18: five ab|ac",
                "Changed id=19, sub=k19: cash $19.00|$20.00", "Changed id=20, sub=k20: note text 20|text 21", "Changed id=21, sub=k21: note text 21|text 20", "Changed id=22, sub=k22: m ok|sad", "Changed id=23, sub=k23: d 23|1",
                @"Changed id=5, sub=k5: bytes \x00000005|\x09000005", "Changed id=6, sub=k6: note text 6|text 6 ", "Changed id=7, sub=k7: f8 2.3333333333333335|-0", "Changed id=8, sub=k8: jb {\"a\": 8}|{\"a\": 8, \"b\": 1}",
            ],
            Shown(report, "public.kinds").Where(s => s.StartsWith("Changed", StringComparison.Ordinal)));
        Assert.Equal(["Extra id=-5, sub=neg", "Extra id=9999, sub=new", "Missing id=15, sub=k15"], Shown(report, "public.kinds").Where(s => !s.StartsWith("Changed", StringComparison.Ordinal)).Select(s => s[..s.IndexOf(':', StringComparison.Ordinal)]));
        Assert.Equal(20, Of(report, "public.kinds").DifferentRows);
        Assert.Equal((3L, "as a set, without a key"), (Of(report, "public.bag").DifferentRows, Of(report, "public.bag").Method));
        Assert.Equal(["Extra : a NULL|7; b NULL|new", "Missing : a 7|NULL; b x7|NULL"], Shown(report, "public.bag"));
        Assert.Equal(["Changed id=100, at=2026-01-01: v v100|w", "Extra id=1, at=2030-01-01: id NULL|1; at NULL|2030-01-01; v NULL|late", "Extra id=101, at=2026-01-01: id NULL|101; at NULL|2026-01-01; v NULL|v101", "Missing id=101, at=2026-01-02: id 101|NULL; at 2026-01-02|NULL; v v101|NULL"], Shown(report, "public.parted"));
        Assert.Equal(["Extra id=1: id NULL|1"], Shown(report, "public.empty"));
        Assert.Equal(["Changed id=1: v c|other"], Shown(report, "public.child"));
        Assert.Equal(0, Of(report, "public.parent").DifferentRows);
        Assert.Equal((2L, 2L), (Of(report, "public.gone").Rows, Of(report, "public.gone").DifferentRows));
        Assert.Equal(1, Of(report, "odd \" schema.a 'table'").DifferentRows);
        Assert.Contains(report.Notes, n => n is { Kind: VerificationNoteKind.Difference, Table: "public.gone" });
        Assert.Equal(20 + 3 + 4 + 1 + 1 + 2 + 1, report.DifferentRows);

        // Values are hidden; the other way round it is the same.
        var hiding = Still("kinds");
        hiding.ShowsValues = false;
        var hidden = await VerifyAsync(right, left, hiding);
        Assert.Equal(20, hidden.DifferentRows);
        Assert.Equal((1, 2), (Of(hidden, "public.kinds").Shown.Count(s => s.Kind == RowDifferenceKind.Extra), Of(hidden, "public.kinds").Shown.Count(s => s.Kind == RowDifferenceKind.Missing)));
        Assert.All(Of(hidden, "public.kinds").Shown.SelectMany(s => s.Columns), c => Assert.Equal((null, null), (c.Left, c.Right)));
        Assert.DoesNotContain("text 6", hidden.ToJson() + hidden.ToHtml(), StringComparison.Ordinal);

        var itself = await VerifyAsync(left, left, Still());
        Assert.Equal(VerificationVerdict.Unknown, itself.Verdict);
        Assert.Equal(VerificationVerdict.Unknown, (await VerifyAsync(left, right, Still("nosuch"))).Verdict);
    }

    private static VerifiedTable Of(VerificationReport report, string name) => report.Tables.Single(t => t.Name == name);
}
