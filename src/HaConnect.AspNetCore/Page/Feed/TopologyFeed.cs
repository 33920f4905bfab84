using HaConnect.Status;
using Microsoft.Extensions.Logging;

namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>
/// The one publisher for all open pages: it makes a frame on change, at most one each <see cref="ChangeInterval"/>, and each <see cref="SampleInterval"/>
/// without one. It runs as long as a page is open.
/// </summary>
internal sealed class TopologyFeed(HaRuntime runtime, TopologyRecorder recorder, ILogger logger)
{
    /// <summary>Changes that come together, as in a failover, are sent together.</summary>
    internal static readonly TimeSpan ChangeInterval = TimeSpan.FromMilliseconds(100);

    internal static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(750);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time = runtime.Time;
    private TaskCompletionSource _changed = NewSignal();
    private int _pages;
    private Action? _stop;
    private Frame? _current;

    /// <summary>How many pages are open.</summary>
    internal int Pages => Volatile.Read(ref _pages);

    internal TopologyRecorder Recorder => recorder;

    internal long FramesMade { get; private set; }

    /// <summary>The newest frame, for whoever has joined.</summary>
    internal Frame Current => Volatile.Read(ref _current) ?? throw new InvalidOperationException("No page is open.");

    /// <summary>A page is open until what is returned is disposed.</summary>
    internal IDisposable Join()
    {
        runtime.EnsureStarted();
        lock (_lock)
        {
            if (_pages == 0)
                Begin_NeedsLock();
            _pages++;
        }

        return new Page(this);
    }

    private void Begin_NeedsLock()
    {
        _current = Make(previous: null, _time.GetTimestamp());
        recorder.Reads = new ReadCounts(runtime.Metrics);
        recorder.Changed += OnChanged;
        var run = new CancellationTokenSource(); // without a timer or a link, it holds nothing that would have to be disposed
        _stop = run.Cancel;
        _ = Task.Run(() => RunAsync(run.Token), CancellationToken.None);
    }

    private void Leave()
    {
        Action stop;
        lock (_lock)
        {
            if (--_pages > 0)
                return;
            stop = _stop!;
            recorder.Changed -= OnChanged;
            recorder.Reads?.Dispose();
            recorder.Reads = null;
        }

        stop();
    }

    private void OnChanged() => Volatile.Read(ref _changed).TrySetResult();

    private async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var madeAt = _time.GetTimestamp();
                await WaitAsync(Volatile.Read(ref _changed).Task, SampleInterval, stopping).ConfigureAwait(false);
                if (ChangeInterval - _time.GetElapsedTime(madeAt) is var early && early > TimeSpan.Zero)
                    await Task.Delay(early, _time, stopping).ConfigureAwait(false);
                Volatile.Write(ref _changed, NewSignal()); // before what is looked at: a change after it is of the next frame
                Publish(madeAt, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                PageLog.FrameFailed(logger, e);
                await Task.Delay(SampleInterval, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Publish(long since, CancellationToken stopping)
    {
        var before = Current;
        var frame = Make(before, since);
        lock (_lock)
        {
            if (stopping.IsCancellationRequested)
                return; // another run has begun since
            Volatile.Write(ref _current, frame);
        }

        before.Replace();
    }

    private async Task WaitAsync(Task change, TimeSpan limit, CancellationToken stopping)
    {
        try
        {
            await change.WaitAsync(limit, _time, stopping).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nothing has changed: a sample.
        }
    }

    private Frame Make(Frame? previous, long since)
    {
        FramesMade++;
        var failover = runtime.Failover;
        var reads = recorder.Reads;
        var view = StatusBuilder.Build(new StatusInput
        {
            Snapshot = runtime.State.Current,
            SentAt = _time.GetUtcNow(),
            Options = runtime.Options,
            Office = new Office(failover?.Coordinator, failover is { HoldsOffice: true }, failover is { Acts: true }),
            WriteGap = recorder.WriteGap.Now,
            WriteGapPeak = recorder.WriteGap.LongestEndedSince(since),
            Reads = node => reads?.Of(node),
        });
        var decisions = previous?.Decisions is { } known && known.Version == recorder.Decisions.Version ? known : Read();
        return new Frame(PageJson.Event("state", view, PageJson.Default.ClusterStatus), decisions);
    }

    private Decisions Read()
    {
        var (version, newest) = recorder.Decisions.Read();
        return new Decisions(version, PageJson.Event("decisions", newest, PageJson.Default.IReadOnlyListDecision));
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Page(TopologyFeed feed) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _left, true))
                feed.Leave();
        }
    }
}
