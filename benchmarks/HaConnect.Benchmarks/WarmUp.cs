using HaConnect.Benchmarks.Deciding;
using HaConnect.Benchmarks.Opening;

namespace HaConnect.Benchmarks;

/// <summary>
/// Runs everything that is measured until the JIT has come to its last tier: it compiles in the background, only in pauses, and on a busy machine
/// late. All together, in turns, so that what it learns of the code is not of the first benchmark alone.
/// </summary>
internal static class WarmUp
{
    private const int Turns = 40;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120); // the JIT waits for 100 ms without anything new

    internal static async Task RunAsync()
    {
        var open = new OpenBenchmarks();
        var routing = new RoutingBenchmarks { Nodes = 3 };
        routing.SetUp();
        var snapshot = new SnapshotBenchmarks { Nodes = 3 };
        snapshot.SetUp();
        var (other, work) = (new OtherOpenBenchmarks(), new WorkBenchmarks());
        await other.TakeToken();
        for (var turn = 0; turn < Turns; turn++)
        {
            for (var i = 0; i < 2000; i++)
            {
                await open.Plain();
                await open.HaConnectPrimary();
                await open.HaConnectRead();
                await open.MultiHostPrimary();
                await open.MultiHostRead();
                other.PlainSync();
                other.HaConnectPrimarySync();
                other.HaConnectReadSync();
                await other.HaConnectReadAfterToken();
                routing.Route();
                routing.RouteAfterToken();
                snapshot.Apply();
            }

            for (var i = 0; i < 20; i++)
            {
                await other.HaConnectReadInScope();
                await work.PlainSelect();
                await work.HaConnectExecute();
                await work.PlainCommand();
                await work.HaConnectCommand();
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
