using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Operations;

/// <summary>Opens through HaConnect and plainly in turn, block by block, on one thread.</summary>
internal sealed class OverheadPair(string what, string node, Func<ValueTask<NpgsqlConnection>> plain, Func<ValueTask<NpgsqlConnection>> haConnect, TimeProvider time)
{
    private readonly List<(Block Plain, Block HaConnect)> _rounds = [];

    internal void WarmUp(int operations)
    {
        Run(plain, operations);
        Run(haConnect, operations);
    }

    internal void Measure(int operations)
    {
        // Who comes first changes, so that neither always finds what the other has left.
        if (_rounds.Count % 2 == 0)
        {
            var first = Run(plain, operations);
            _rounds.Add((first, Run(haConnect, operations)));
        }
        else
        {
            var first = Run(haConnect, operations);
            _rounds.Add((Run(plain, operations), first));
        }
    }

    internal OverheadMeasurement Conclude() => new(what, node)
    {
        PlainNanoseconds = Median(r => r.Plain.Nanoseconds),
        HaConnectNanoseconds = Median(r => r.HaConnect.Nanoseconds),
        Ratio = Median(r => r.HaConnect.Nanoseconds / r.Plain.Nanoseconds),
        AddedNanoseconds = Median(r => r.HaConnect.Nanoseconds - r.Plain.Nanoseconds),
        AddedBytes = (long)Math.Round(Median(r => r.HaConnect.Bytes - r.Plain.Bytes)),
    };

    private Block Run(Func<ValueTask<NpgsqlConnection>> open, int operations)
    {
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var startedAt = time.GetTimestamp();
        for (var i = 0; i < operations; i++)
            ConnectionOpener.Wait(open()).Dispose();
        var took = time.GetElapsedTime(startedAt);
        return new Block(took.TotalNanoseconds / operations, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / operations);
    }

    private double Median(Func<(Block Plain, Block HaConnect), double> figure) => _rounds.Select(figure).Order().ElementAt(_rounds.Count / 2);

    private sealed record Block(double Nanoseconds, double Bytes);
}
