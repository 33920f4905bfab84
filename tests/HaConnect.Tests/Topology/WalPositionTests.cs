using HaConnect.Topology;

namespace HaConnect.Tests.Topology;

public sealed class WalPositionTests
{
    private const ulong Segment = 16 * 1024 * 1024;

    [Theory]
    [InlineData(0x4000028, 0x4000000)] // after a WAL switch: behind the long header of a segment
    [InlineData(0x4002018, 0x4002000)] // behind the short header of a page
    [InlineData(0x4FFE018, 0x4FFE000)] // the last page of a segment
    [InlineData(0x4000000, 0x4000000)]
    [InlineData(0x4002000, 0x4002000)]
    [InlineData(0x4000018, 0x4000018)] // 24 bytes into a segment is amid its long header
    [InlineData(0x4002028, 0x4002028)] // 40 bytes into a page holds WAL
    [InlineData(0x4000030, 0x4000030)]
    [InlineData(0x4002020, 0x4002020)]
    [InlineData(0x0, 0x0)]
    public void BeforePageHeader_Position_StepsBackOverAHeaderOnly(ulong lsn, ulong expected) =>
        Assert.Equal(expected, WalPosition.BeforePageHeader(lsn, 8192, Segment));

    [Theory]
    [InlineData(0x1018, 4096, 0x100000, 0x1000)]
    [InlineData(0x100028, 4096, 0x100000, 0x100000)]
    [InlineData(0x8018, 32768, 0x40000000, 0x8000)]
    [InlineData(0x2018, 32768, 0x40000000, 0x2018)]
    public void BeforePageHeader_OtherBlockAndSegmentSizes_AreHeeded(ulong lsn, uint block, ulong segment, ulong expected) =>
        Assert.Equal(expected, WalPosition.BeforePageHeader(lsn, block, segment));

    [Fact]
    public void BeforePageHeader_RisingPositions_NeverFall()
    {
        var last = 0UL;
        for (var lsn = Segment - 64; lsn < Segment + 3 * 8192; lsn++)
        {
            var now = WalPosition.BeforePageHeader(lsn, 8192, Segment);
            Assert.True(now <= lsn);
            // Within a header no position is ever reported.
            if (lsn % 8192 >= 40 || lsn % 8192 == 0)
            {
                Assert.True(now >= last);
                last = now;
            }
        }
    }
}
