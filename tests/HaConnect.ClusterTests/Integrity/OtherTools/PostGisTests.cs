using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Integrity.OtherTools;

/// <summary>Geometries and geographies with all that they can have, with and without a key.</summary>
public sealed class PostGisTests : IntegrityTest
{
    private const string Long = "ST_MakeLine(ARRAY(SELECT ST_MakePoint(i, i * 2) FROM generate_series(1, 200) i))";

    private static string[] Tables(string schema) =>
    [
        $"CREATE TABLE places (id int PRIMARY KEY, at {schema}.geometry(PointZ, 4326), shape {schema}.geometry, world {schema}.geography, wide {schema}.geometry(LineString))",
        $"CREATE TABLE marks (what {schema}.geometry)",
    ];

    private static readonly string[] s_rows =
    [
        $"""
        INSERT INTO places SELECT i, ST_SetSRID(ST_MakePoint(i / 100.0, i / 50.0, i), 4326),
               (ARRAY['POINT EMPTY', 'SRID=3857;POLYGON((0 0,0 7,7 7,7 0,0 0))', 'LINESTRING ZM(0 0 1 2,1 1 2 3)', 'CIRCULARSTRING(0 0,1 1,2 0)', 'CURVEPOLYGON(COMPOUNDCURVE(CIRCULARSTRING(0 0,2 0,2 1,2 3,4 3),(4 3,4 5,1 4,0 0)))',
                 'GEOMETRYCOLLECTION M(POINT M(1 2 3),MULTIPOINT M(1 2 3,4 5 6))', 'POLYHEDRALSURFACE Z(((0 0 0,0 0 1,0 1 1,0 1 0,0 0 0)))', 'TIN(((0 0,0 9,9 0,0 0)))', NULL])[1 + i % 9]::geometry,
               CASE WHEN i % 2 = 0 THEN ST_GeogFromText('POINT(' || i / 100.0 || ' 5)') ELSE ST_GeogFromText('LINESTRING Z(1 2 3,' || i / 100.0 || ' 5 6)') END, {Long} FROM generate_series(1, 900) i
        """,
        "INSERT INTO marks SELECT ST_MakePoint(i % 100, 1) FROM generate_series(1, 300) i",
        "ANALYZE",
    ];

    [Fact]
    public async Task Run_PublisherAgainstItsSubscriberWithPostGisInAnotherSchema_ChangedVerticesAreFoundAndReadable()
    {
        Assert.SkipWhen(ReplicationTools.WhyNot is not null, ReplicationTools.WhyNot ?? "");
        var (left, right) = (await StartClusterAsync(ReplicationTools.Options()), await StartClusterAsync(ReplicationTools.Options()));
        await ExecuteAsync(left, "n1", "app", ["CREATE EXTENSION postgis", .. Tables("public"), .. s_rows, "INSERT INTO spatial_ref_sys (srid, srtext) VALUES (990001, 'mine')", "CREATE PUBLICATION pub FOR TABLE places, marks"]);
        await ExecuteAsync(right, "n1", "app", ["CREATE SCHEMA gis", "CREATE EXTENSION postgis SCHEMA gis", .. Tables("gis"),
            $"CREATE SUBSCRIPTION sub CONNECTION 'host={left["n1"].Host} port={left["n1"].Port} dbname=app user={left.Superuser.User} password={left.Superuser.Password}' PUBLICATION pub"]);
        await using var there = NpgsqlDataSource.Create(Connection(right, "n1"));
        await UntilAsync("the first copy", async () =>
        {
            await using var ready = there.CreateCommand("SELECT count(*) FROM pg_subscription_rel WHERE srsubstate = 'r'");
            return await ready.ExecuteScalarAsync(Cancelled) is 2L;
        }, TimeSpan.FromSeconds(60));
        var equal = await VerifyAsync(Side(left, "n1"), Right(right), Still());
        Assert.Equal((0L, 0L, 1200L, VerificationVerdict.Met), (equal.DifferentRows, equal.UnjudgedRows, equal.Rows, equal.Verdict));
        Assert.Equal(["as a set, without a key", "by ranges of id"], equal.Tables.Select(t => t.Method));

        await ChangeAsync(right, "gis");
        var told = await VerifyAsync(Side(left, "n1"), Right(right), Still());
        Assert.Equal((10L, VerificationVerdict.NotMet), (told.DifferentRows, told.Verdict));
        RequireShown(told);
        Assert.Equal(["Extra : what NULL|POINT(7 1.5)", "Missing : what POINT(7 1)|NULL"], Shown(told, "public.marks"));

        // As two servers that nothing is known of, with PostGIS in the same schema at both.
        await ExecuteAsync(right, "n1", "app", "DROP SUBSCRIPTION sub", "DROP TABLE places, marks", "DROP EXTENSION postgis", "CREATE EXTENSION postgis", "DELETE FROM spatial_ref_sys WHERE srid < 3000");
        await ExecuteAsync(right, "n1", "app", [.. Tables("public"), .. s_rows]);
        var apart = await VerifyAsync(Side(left, "n1"), Right(right), Still());
        Assert.Equal(1, apart.DifferentRows); // of the table of reference systems only what was added counts
        Assert.StartsWith("Missing srid=990001", Assert.Single(Shown(apart, "public.spatial_ref_sys")), StringComparison.Ordinal);
        await ChangeAsync(right, "public");
        RequireShown(await VerifyAsync(Side(left, "n1"), Right(right), Still("places")));
        var whole = await VerifyAsync(Side(left, "n1"), Right(right), Still("spatial_ref_sys"));
        Assert.True(whole.DifferentRows > 100, $"{whole}");
    }

    [Fact]
    public async Task Run_PrimaryAgainstItsStandby_GeometriesAreEqualAndAChangedVertexOfTheStandbysFileIsFound()
    {
        Assert.SkipWhen(ReplicationTools.WhyNot is not null, ReplicationTools.WhyNot ?? "");
        var cluster = await StartClusterAsync(ReplicationTools.Options(standbys: 1));
        await ExecuteAsync(cluster, "n1", "app", ["CREATE EXTENSION postgis", .. Tables("public"), .. s_rows]);
        var equal = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n2"), Still());
        Assert.Equal((0L, 0L, VerificationVerdict.Met), (equal.DifferentRows, equal.UnjudgedRows, equal.Verdict));
        Assert.Contains(equal.Tables, t => t is { Name: "public.spatial_ref_sys", Rows: > 1000 });

        byte[] seven = [.. BitConverter.GetBytes(7.0), .. BitConverter.GetBytes(1.0)];
        await StandbyFile.ChangeAsync(cluster, "marks", bytes =>
        {
            var place = bytes.AsSpan().IndexOf(seven);
            Assert.True(place >= 0, "no such point in the file");
            BitConverter.GetBytes(7.5).CopyTo(bytes, place);
        }, Cancelled);
        var told = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n2"), Still());
        Assert.Equal(1, told.DifferentRows);
        Assert.EndsWith(": what POINT(7 1)|POINT(7.5 1)", Assert.Single(Shown(told, "public.marks")), StringComparison.Ordinal);
    }

    /// <summary>A vertex of each of four kinds, one by its last bit; the reference system of one; one far down a long line; and one of a table without a key.</summary>
    private static Task ChangeAsync(PostgresCluster cluster, string schema) => ExecuteAsync(cluster, "n1", "app",
        $"SET search_path = public, {schema}",
        "UPDATE places SET at = ST_SetSRID(ST_MakePoint(1, 2, 3.5), 4326) WHERE id = 100",
        "UPDATE places SET shape = 'CIRCULARSTRING(0 0,1 1,2 0.5)' WHERE id = 3",
        "UPDATE places SET shape = ST_SetSRID(shape, 4326) WHERE id = 10",
        "UPDATE places SET shape = 'POINT Z EMPTY' WHERE id = 9",
        "UPDATE places SET shape = ST_MakeLine(ST_MakePoint(0, 0, 1, 2), ST_MakePoint(1 + 2.220446049250313e-16, 1, 2, 3)) WHERE id = 2",
        "UPDATE places SET world = 'POINT(2 6)' WHERE id = 200",
        "UPDATE places SET wide = ST_SetPoint(wide, 150, ST_MakePoint(151, 302.5)) WHERE id = 500",
        "UPDATE places SET shape = 'POINT EMPTY' WHERE id = 8", // where there was NULL
        "UPDATE marks SET what = ST_MakePoint(7, 1.5) WHERE ctid = (SELECT min(ctid) FROM marks WHERE ST_X(what) = 7)");

    private static void RequireShown(VerificationReport report)
    {
        var shown = Shown(report, "public.places").ToDictionary(s => s.Split(':')[0], s => s[(s.IndexOf(':', StringComparison.Ordinal) + 2)..], StringComparer.Ordinal);
        Assert.Equal(8, shown.Count);
        Assert.Equal("at SRID=4326;POINT(1 2 100)|SRID=4326;POINT(1 2 3.5)", shown["Changed id=100"]);
        Assert.Equal("shape CIRCULARSTRING(0 0,1 1,2 0)|CIRCULARSTRING(0 0,1 1,2 0.5)", shown["Changed id=3"]);
        Assert.Equal("shape SRID=3857;POLYGON((0 0,0 7,7 7,7 0,0 0))|SRID=4326;POLYGON((0 0,0 7,7 7,7 0,0 0))", shown["Changed id=10"]);
        Assert.Equal("shape NULL|POINT EMPTY", shown["Changed id=8"]);
        Assert.Equal("world SRID=4326;POINT(2 5)|SRID=4326;POINT(2 6)", shown["Changed id=200"]);
        Assert.Matches(@"^wide ….*150 300,151 302,152 304.*…\|….*150 300,151 302\.5,152 304.*…$", shown["Changed id=500"]);

        // What reads alike is shown as it is stored.
        Assert.Equal("shape 0101000000000000000000F87F000000000000F87F|0101000080000000000000F87F000000000000F87F000000000000F87F", shown["Changed id=9"]);
        Assert.Matches(@"^shape …[0-9A-F]*00000000F03F[0-9A-F]*\|…[0-9A-F]*010000000000F03F[0-9A-F]*$", shown["Changed id=2"]);
    }

    private static VerificationSide Right(PostgresCluster cluster) => Side(cluster, "n1") with { Name = "right" };
}
