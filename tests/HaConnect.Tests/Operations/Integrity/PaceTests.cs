using HaConnect.Operations;
using HaConnect.Operations.Integrity;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Operations.Integrity;

public sealed class PaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Measure_WhileHeld_WaitsAndReadsOnceItMay()
    {
        var pace = new Pace(new VerificationOptions { TimeProvider = _time, MaxLoad = 1 }) { Hold = "a standby is late" };
        var reading = pace.RunAsync(() => Task.FromResult(7), TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(reading.IsCompleted);
        pace.Hold = null;
        while (!reading.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal(7, await reading);
    }

    [Fact]
    public async Task Fetch_WhileHeld_AsksNobody()
    {
        var options = new VerificationOptions { TimeProvider = _time, FollowTimeout = TimeSpan.FromSeconds(2) };
        var plan = new TablePlan { Name = "t", From = new("t", "t"), Method = TableMethod.RowBuckets, MethodText = "", Columns = [], Key = [], EstimatedRows = 0, Blocks = 0 };
        var verdict = new SuspectVerdict(new Suspect([new Part("true", [], [], [])], 256, [0], [])) { Different = { new JudgedRow(1, Judgement.Changed) } };
        var shown = new RowShower(new TableSql(plan, 1, 100), new Pace(options) { Hold = "a standby is late" }, options).FetchAsync(null!, verdict, TestContext.Current.CancellationToken);
        while (!shown.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await Assert.ThrowsAsync<VerificationHeldException>(() => shown);
    }

    [Fact]
    public async Task Measure_HeldForTooLong_IsGivenUpWithTheReason()
    {
        var pace = new Pace(new VerificationOptions { TimeProvider = _time, FollowTimeout = TimeSpan.FromSeconds(2) }) { Hold = "a standby is late" };
        var reading = pace.RunAsync(() => Task.FromResult(7), TestContext.Current.CancellationToken);
        while (!reading.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Contains("a standby is late", (await Assert.ThrowsAsync<VerificationHeldException>(() => reading)).Message, StringComparison.Ordinal);
    }
}
