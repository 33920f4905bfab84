using HaConnect.Connections;
using HaConnect.Failover;
using HaConnect.Failover.Promotion;
using HaConnect.Probing;

namespace HaConnect.Simulation.Conformance.Scripts;

/// <summary>What several scripts do.</summary>
internal static class Steps
{
    internal static CancellationToken None => CancellationToken.None;

    internal static string Names(params string[] standbys) => SynchronousNames.Format(1, standbys);

    /// <summary>Why a step was refused; <c>done</c> where it was not.</summary>
    internal static async Task<string> RefusalAsync(Func<Task> step)
    {
        try
        {
            await step();
            return "done";
        }
        catch (CommandRefusedException e)
        {
            return e.Message;
        }
    }

    /// <summary>A register that is bound to the term, the node cut off, and its position read, as a coordinator does it.</summary>
    internal static async Task<(DataNodeControl Control, StandbyPosition Position)> CutOffAsync(this Scene scene, string node, long term)
    {
        var control = await scene.LockAsync(node);
        await control.WriteRegisterAsync(Scene.Promise(term, node), None);
        await control.CutOffAsync(term, None);
        return (control, await control.ReadPositionAsync(None));
    }

    /// <summary>Both cut off: n2 has row 1, n3 rows 1 and 2.</summary>
    internal static async Task<((DataNodeControl Control, StandbyPosition Position) N2, (DataNodeControl Control, StandbyPosition Position) N3)> CutOffApartAsync(this Scene scene)
    {
        await scene.InsertAsync("n1", 1);
        await scene.ShowsAsync("n2", "1");
        var n2 = await scene.CutOffAsync("n2", 7);
        await scene.InsertAsync("n1", 2);
        await scene.ShowsAsync("n3", "1, 2");
        return (n2, await scene.CutOffAsync("n3", 7));
    }

    /// <summary>Names first, then the promotion of a node that was cut off.</summary>
    internal static async Task PromoteAsync(this (DataNodeControl Control, StandbyPosition Position) node, long term, string names)
    {
        await node.Control.SetSynchronousNamesAsync(names, term, None);
        await node.Control.PromoteAsync(new PromotionOrder(term, node.Position.Furthest, names), None);
    }

    /// <summary>A setting of a server, as loaded by the sessions.</summary>
    internal static async Task SetNamesAsync(this Scene scene, ISession session, string node, string names)
    {
        scene.See($"ALTER SYSTEM of the names at {node}", "ok", await Scene.TryAsync(session, $"ALTER SYSTEM SET synchronous_standby_names = {ControlSql.Literal(names)}"));
        await Scene.TryAsync(session, ControlSql.Reload);
        await scene.WaitAsync($"the names of {node}", async () => (await scene.ProbeAsync(node)).SynchronousStandbyNames == names);
    }

    /// <summary>Established as a coordinator does it: the row, the standbys' flush, the mark.</summary>
    internal static async Task EstablishAsync(this DataNodeControl control, long term, string primary, params string[] standbys)
    {
        var lsn = await control.CommitTermAsync(new TermRow(term, primary, standbys, 1, IsEstablished: false), ["n1", "n2", "n3"], "Bootstrap", None);
        await control.AwaitFlushAsync(lsn, standbys, 1, None);
        await control.MarkEstablishedAsync(term, lsn, ended: null, None);
    }
}
