using HaConnect.Diagnostics;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;

namespace HaConnect.Probing;

/// <summary>Has the snapshot renewed when too few voters have been in sight for long enough: the next probe may come much later.</summary>
internal sealed class MajorityDeadline : IDisposable
{
    private static readonly TimeSpan TimersAreCoarse = TimeSpan.FromMilliseconds(2);
    private readonly ClusterState _state;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    internal MajorityDeadline(ClusterState state, TimeProvider time, ILogger logger)
    {
        _state = state;
        _logger = logger;
        _timer = time.CreateTimer(static self => ((MajorityDeadline)self!).Renew(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        state.Published += OnPublished;
    }

    public void Dispose()
    {
        _state.Published -= OnPublished;
        _timer.Dispose();
    }

    private void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        if (after.MajorityLostIn is { } left)
            _timer.Change(left + TimersAreCoarse, Timeout.InfiniteTimeSpan);
    }

    private void Renew()
    {
        try
        {
            _state.Renew();
        }
        catch (Exception e)
        {
            Log.RenewalFailed(_logger, e);
        }
    }
}
