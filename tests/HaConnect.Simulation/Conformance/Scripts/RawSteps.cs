using HaConnect.Connections;
using HaConnect.Failover;
using NpgsqlTypes;

namespace HaConnect.Simulation.Conformance.Scripts;

/// <summary>The statements of the steps one by one, where a script changes one of them.</summary>
internal static class RawSteps
{
    internal static async Task CutOffAsync(Scene scene, ISession session, string node, string register)
    {
        scene.See($"SET of the register at {node}", "ok", await Scene.TryAsync(session, $"SET haconnect.term = {ControlSql.Literal(register)}"));
        scene.See($"ALTER SYSTEM of the register at {node}", "ok", await Scene.TryAsync(session, $"ALTER SYSTEM SET haconnect.term = {ControlSql.Literal(register)}"));
        await Scene.TryAsync(session, "ALTER SYSTEM SET primary_conninfo = ''");
        await Scene.TryAsync(session, ControlSql.Reload);
        await scene.SeeInTimeAsync($"{node} is cut off", async () => await IsCutOffAsync(session) == "True");
    }

    internal static Task<string> IsCutOffAsync(ISession session) =>
        Scene.AskAsync(session, ControlSql.CutOffState, static row => $"{row.GetBoolean(0) && (row.GetBoolean(1) || row.GetBoolean(2) || row.GetString(3) != "0")}", 20);

    internal static async Task SetConninfoAsync(Scene scene, ISession session, string conninfo)
    {
        scene.See("ALTER SYSTEM of the conninfo", "ok", await Scene.TryAsync(session, $"ALTER SYSTEM SET primary_conninfo = {ControlSql.Literal(conninfo)}"));
        await Scene.TryAsync(session, ControlSql.Reload);
        await scene.WaitAsync("the conninfo", async () => await Scene.AskAsync(session, ControlSql.Conninfo, static row => row.GetString(0), 20) == conninfo);
    }

    /// <summary><c>asked</c> where everything held, <c>nothing</c> where something did not.</summary>
    internal static Task<string> PromoteAsync(Scene scene, ISession session, string register, ulong position, string names) =>
        Scene.AskAsync(session, ControlSql.Promote, static row => row.HasRows ? "asked" : "nothing", 20,
            (long)LockKey.Class, (long)(uint)scene.LockObject, register, new NpgsqlLogSequenceNumber(position), names);

    /// <summary>With the nudges of the shipped step.</summary>
    internal static Task LeavesRecoveryAsync(Scene scene, ISession session) => scene.SeeInTimeAsync("it leaves recovery", async () =>
    {
        await Scene.TryAsync(session, ControlSql.Reload);
        return await Scene.AskAsync(session, ControlSql.InRecovery, static row => $"{row.GetBoolean(0)}", 20) == "False";
    });

    internal static Task AckedAsync(this IClientWrite write, Scene scene) => scene.WaitAsync("the ack", () => Task.FromResult(write.Outcome == "acked"));
}
