using HaConnect.Simulation.Time;

namespace HaConnect.Simulation.Network;

/// <summary>
/// Links between hosts: each direction can be cut or slow by itself. What is sent over a cut link is not lost for ever: it is sent again
/// after the link has healed (as TCP does), possibly long after its sender has given up on it.
/// </summary>
internal sealed class SimNetwork
{
    private const long ResendUpTo = 800_000;

    private readonly Scheduler _scheduler;
    private readonly Dice[] _dice;
    private readonly int _hosts;
    private readonly int[] _cuts;
    private readonly int[] _slow;
    private readonly HashSet<Pipe>[] _holding;

    internal SimNetwork(Scheduler scheduler, ulong seed, int hosts)
    {
        _scheduler = scheduler;
        _hosts = hosts;
        _cuts = new int[hosts * hosts];
        _slow = new int[hosts * hosts];
        _holding = new HashSet<Pipe>[hosts * hosts];
        _dice = new Dice[hosts * hosts];
        for (var i = 0; i < _dice.Length; i++)
            _dice[i] = new Dice(seed, $"link {i}");
    }

    /// <summary>Raised when a link was cut or has healed.</summary>
    internal event Action? Changed;

    internal bool IsCut(int from, int to) => _cuts[(from * _hosts) + to] > 0;

    internal bool IsOpen(int a, int b) => !IsCut(a, b) && !IsCut(b, a);

    /// <summary>Cuts add up: a link is whole again when each has been healed.</summary>
    internal void Cut(int from, int to)
    {
        _cuts[(from * _hosts) + to]++;
        Changed?.Invoke();
    }

    internal void Heal(int from, int to)
    {
        var link = (from * _hosts) + to;
        if (--_cuts[link] > 0)
            return;
        if (_holding[link] is { Count: > 0 } holding)
        {
            _holding[link] = [];
            foreach (var pipe in holding)
                _scheduler.After(_dice[link].Between(0, ResendUpTo), () => Resend(pipe));
        }

        Changed?.Invoke();
    }

    internal void Slow(int from, int to, int factor) => _slow[(from * _hosts) + to] = factor;

    internal void Send(Pipe pipe, Action deliver)
    {
        var arrival = Math.Max(_scheduler.Now + Latency(pipe), pipe.LastArrival + 1);
        pipe.LastArrival = arrival;
        _scheduler.At(arrival, pipe, deliver);
    }

    internal void Arrive(Pipe pipe, Action deliver)
    {
        var link = (pipe.From * _hosts) + pipe.To;
        if (_cuts[link] == 0 && !pipe.IsHolding)
        {
            deliver();
            return;
        }

        pipe.Hold(deliver);
        if (_cuts[link] > 0)
            (_holding[link] ??= []).Add(pipe);
    }

    private void Resend(Pipe pipe)
    {
        var link = (pipe.From * _hosts) + pipe.To;
        while (pipe.IsHolding)
        {
            if (_cuts[link] > 0)
            {
                (_holding[link] ??= []).Add(pipe);
                return;
            }

            pipe.NextHeld()();
        }
    }

    private long Latency(Pipe pipe)
    {
        var link = (pipe.From * _hosts) + pipe.To;
        if (pipe.From == pipe.To)
            return 20;
        var dice = _dice[link];
        var latency = dice.Between(80, 400);
        if (dice.OneIn(500))
            latency += dice.Between(1_000, 60_000); // a packet was lost and sent again
        return _slow[link] > 1 ? latency * _slow[link] : latency;
    }
}
