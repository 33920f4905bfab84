using HaConnect.AspNetCore.Page.Feed;
using HaConnect.ClusterTests;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.WebTests.Page;

/// <summary>The one publisher, by a clock that stands still unless it is moved.</summary>
public sealed class PublisherTests : ClusterTest
{
    private readonly FakeTimeProvider _time = new();
    private readonly HaDataSource _source;
    private readonly TopologyRecorder _recorder;
    private readonly TopologyFeed _feed;

    public PublisherTests()
    {
        // Nobody listens there, and nobody probes while the clock stands.
        _source = new HaDataSourceBuilder(new HaDatabaseOptions { ConnectionString = "Host=127.0.0.1:1,127.0.0.1:2;Username=app;Database=app" }).UseTimeProvider(_time).Build();
        _recorder = new TopologyRecorder(_source.Runtime);
        _feed = new TopologyFeed(_source.Runtime, _recorder, NullLogger.Instance);
    }

    [Fact]
    public async Task Pages_TwoAreOpen_ShareTheFramesAndTheLastOneEndsThem()
    {
        Assert.Equal((0, 0L), (_feed.Pages, _feed.FramesMade));
        var (first, second) = (_feed.Join(), _feed.Join());
        Assert.Equal((2, 1L), (_feed.Pages, _feed.FramesMade));
        await AdvanceUntilAsync(frames: 4);
        first.Dispose();
        first.Dispose();
        Assert.Equal(1, _feed.Pages);
        await AdvanceUntilAsync(frames: 6);
        Assert.NotNull(_recorder.Reads);
        second.Dispose();
        Assert.Null(_recorder.Reads);
        var made = _feed.FramesMade;
        for (var i = 0; i < 20; i++)
            _time.Advance(TopologyFeed.SampleInterval);
        Assert.InRange(_feed.FramesMade, made, made + 1); // one may have been under way

        using var again = _feed.Join();
        await AdvanceUntilAsync(_feed.FramesMade + 2);
    }

    [Fact]
    public async Task Changes_ThatComeTogether_AreOneFrameAndNoneIsLost()
    {
        using var page = _feed.Join();
        await AdvanceUntilAsync(frames: 3);
        var (before, made) = (_feed.Current, _feed.FramesMade);
        for (var i = 0; i < 20; i++)
            _recorder.Note("info", $"change {i}");
        await UntilAsync("they are shown", async () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
            return _feed.Current.Decisions.Version == _recorder.Decisions.Version;
        });
        Assert.True(before.Replaced.IsCompleted);
        Assert.InRange(_feed.FramesMade - made, 1, 3);
    }

    public override async ValueTask DisposeAsync()
    {
        _recorder.Dispose();
        await _source.DisposeAsync();
        await base.DisposeAsync();
    }

    private Task AdvanceUntilAsync(long frames) => UntilAsync($"{frames} frames", () =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(50));
        return Task.FromResult(_feed.FramesMade >= frames);
    });
}
