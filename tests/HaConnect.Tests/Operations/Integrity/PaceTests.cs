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
