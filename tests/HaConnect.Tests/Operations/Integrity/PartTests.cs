using System.Numerics;
using HaConnect.Operations;
using HaConnect.Operations.Integrity;

namespace HaConnect.Tests.Operations.Integrity;

public sealed class PartTests
{
    private static readonly TablePlan s_plan = new()
    {
        Name = "public.t",
        From = new("ONLY t", "ONLY t"),
        Method = TableMethod.KeyRanges,
        MethodText = "",
        Columns = [],
        EstimatedRows = 0,
        Blocks = 0,
        Key = [new("a\"b", new("", "")), new("c", new("", ""))],
        KeyTypes = ["integer", "text"],
    };

    [Fact]
    public void KeyRange_EachBound_IsAConditionWithItsArguments()
    {
        Assert.Equal(("true", 0), Told(KeyWalker.Of(s_plan, [], [])));
        Assert.Equal(("(\"a\"\"b\", \"c\") <= ROW($1::pg_catalog.text::integer, $2::pg_catalog.text::text)", 2), Told(KeyWalker.Of(s_plan, [], ["1", "x"])));
        Assert.Equal(("(\"a\"\"b\", \"c\") > ROW($1::pg_catalog.text::integer, $2::pg_catalog.text::text) AND (\"a\"\"b\", \"c\") <= ROW($3::pg_catalog.text::integer, $4::pg_catalog.text::text)", 4), Told(KeyWalker.Of(s_plan, ["1", "x"], ["2", "y"])));
        var one = s_plan with { Key = [s_plan.Key[0]], KeyTypes = ["integer"] };
        Assert.Equal(("\"a\"\"b\" > $1::pg_catalog.text::integer", 1), Told(KeyWalker.Of(one, ["7"], [])));

        static (string, int) Told(Part part) => (part.Where, part.Arguments.Count);
    }

    [Fact]
    public async Task KeyWalker_BoundThatComesAgain_IsAnErrorAndNoLoop()
    {
        Dictionary<string, Part> planned = new(StringComparer.Ordinal)
        {
            [JournalKey.Of([])] = new("", [], [], ["1", "x"]),
            [JournalKey.Of(["1", "x"])] = new("", [], ["1", "x"], ["2", "y"]),
            [JournalKey.Of(["2", "y"])] = new("", [], ["2", "y"], ["1", "x"]),
        };
        using var walker = new KeyWalker(s_plan, TimeSpan.FromMilliseconds(50), planned);
        Assert.Equal(["1", "x"], (await walker.NextAsync(null!, TestContext.Current.CancellationToken))!.UpTo);
        Assert.Equal(["2", "y"], (await walker.NextAsync(null!, TestContext.Current.CancellationToken))!.UpTo);
        var error = await Assert.ThrowsAsync<UnwalkableKeyException>(() => walker.NextAsync(null!, TestContext.Current.CancellationToken));
        Assert.Contains("came back to 1, x", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BlockWalker_ToTheEnd_CoversTheFileOnceAndIsOpenAtTheEnd()
    {
        var walker = new BlockWalker(1000, TimeSpan.FromMilliseconds(50), new Dictionary<string, Part>());
        var next = 0L;
        while (await walker.NextAsync(null!, TestContext.Current.CancellationToken) is { } part)
        {
            Assert.Equal(next == 0 ? [] : [$"{next}"], part.After);
            Assert.StartsWith($"ctid >= '({next},0)'", part.Where, StringComparison.Ordinal);
            walker.Learn(part, 1, TimeSpan.FromMilliseconds(200));
            if (part.UpTo.Count == 0)
            {
                Assert.DoesNotContain('<', part.Where);
                next = -1;
                continue;
            }

            next = long.Parse(part.UpTo[0], System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(next < 1000);
        }

        Assert.Equal(-1, next);
    }

    [Theory]
    [InlineData(100, 50, 100)]
    [InlineData(100, 100, 50)]
    [InlineData(100, 1, 200)] // no more than twice
    [InlineData(100, 5000, 25)] // no less than a quarter
    [InlineData(10, 5000, 10)] // the least
    public void Learn_AsItTook_AdaptsWithinBounds(long size, int milliseconds, long expected)
    {
        var part = new PartSize(size, 10, 1000, TimeSpan.FromMilliseconds(50));
        part.Learn(size, TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal(expected, part.Current);
    }

    [Fact]
    public void Group_BucketsThatDiffer_AreInGroupsOfLimitedRows()
    {
        Dictionary<int, RowSum> left = new() { [1] = new(60, 1), [2] = new(60, 2), [3] = new(5, 3), [4] = new(500, 4) };
        Dictionary<int, RowSum> right = new() { [1] = new(60, 9), [2] = new(60, 2), [3] = new(5, 9), [4] = new(10, 9), [7] = new(1, new BigInteger(7)) };
        Assert.Equal(["1,3", "4", "7"], BucketRules.Group(left, right, 100).Select(g => string.Join(',', g)));
    }

    [Theory]
    [InlineData(0, 256)]
    [InlineData(200_000, 512)]
    [InlineData(1_000_000_000, 65_536)]
    public void Count_Rows_IsAPowerOfTwoWithinBounds(long rows, int expected) => Assert.Equal(expected, BucketRules.Count(rows));

    [Theory]
    [InlineData(0.25, 30)]
    [InlineData(1, 0)]
    [InlineData(0.5, 10)]
    public void RestAfter_Load_IsTheRestOfTheTime(double load, int milliseconds) => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Pace.RestAfter(TimeSpan.FromMilliseconds(10), load));

    [Theory]
    [InlineData(0x1004018, 0x1004000)]
    [InlineData(0x1000028, 0x1000000)]
    [InlineData(0x1002018, 0x1002000)]
    [InlineData(0x1002019, 0x1002019)]
    public void BeforeHeader_Position_IsWhereAnIdleStandbyStands(long position, long expected) => Assert.Equal(expected, WalPosition.BeforeHeader(position, 16 << 20));

    [Fact]
    public void LeftOf_Pace_IsTheRestAtThatPace()
    {
        Assert.Null(RunProgress.LeftOf(0, 10, TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.FromSeconds(30), RunProgress.LeftOf(100, 300, TimeSpan.FromSeconds(10)));
    }
}
