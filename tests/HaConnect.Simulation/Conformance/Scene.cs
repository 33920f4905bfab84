using System.Data.Common;
using HaConnect.Connections;
using HaConnect.Failover;
using HaConnect.Options;
using HaConnect.Probing;
using Npgsql;

namespace HaConnect.Simulation.Conformance;

/// <summary>What a script works with: a stage, the shipped steps of a coordinator on it, and the list of what was seen.</summary>
internal sealed class Scene(IStage stage) : IAsyncDisposable
{
    internal const string Coordinator = "app1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly List<Observation> _seen = [];
    private readonly List<IAsyncDisposable> _open = [];

    internal IStage Stage => stage;

    internal IReadOnlyList<Observation> Seen => _seen;

    internal int LockObject => LockKey.ObjectOf(stage.Options.ClusterName);

    internal FailoverSettings Settings { get; } = new()
    {
        Coordinator = Coordinator,
        Voters = [.. ConfiguredNode.DataNodesOf(stage.Options).Select(n => new Voter(n.Name, IsWitness: false, n.Priority))],
        ControlDatabase = stage.Options.Failover.ControlDatabase,
        Required = stage.Options.Failover.RequiredSynchronousStandbys,
        MaxDataLossBytes = stage.Options.Failover.MaxDataLossBytes,
        MaxFailovers = stage.Options.Failover.MaxFailovers,
        FailoverWindow = stage.Options.Failover.FailoverWindow,
        Conninfo = new ConninfoBuilder(stage.Options.Failover.Replication, ConfiguredNode.DataNodesOf(stage.Options)),
    };

    internal void See(string what, object expected, object seen) => _seen.Add(new Observation(what, $"{expected}", $"{seen}"));

    /// <summary>A condition that must come true: where it does not, that is seen too, and the script goes on.</summary>
    internal async Task SeeInTimeAsync(string what, Func<Task<bool>> condition) => See(what, "in time", await ComesTrueAsync(condition) ? "in time" : "never");

    internal async Task WaitAsync(string what, Func<Task<bool>> condition)
    {
        if (!await ComesTrueAsync(condition))
            throw new TimeoutException($"{what}: not within {Patience.TotalSeconds} s");
    }

    internal Task PassAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), stage.Time);

    /// <summary>The shipped steps at a node, in a lock session that holds its lock.</summary>
    internal async Task<DataNodeControl> LockAsync(string node)
    {
        var control = new DataNodeControl(node, new LockSession(stage.Sessions(node), LockObject, TimeSpan.FromSeconds(20), stage.Time), Settings, LockObject);
        _open.Add(control);
        if (!await control.TakeLockAsync(CancellationToken.None))
            throw new InvalidOperationException($"the lock of {node} is not free");
        return control;
    }

    internal async Task<ISession> OpenAsync(string node)
    {
        var session = await stage.Sessions(node).OpenAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        _open.Add(session);
        return session;
    }

    /// <summary>How a statement ends: <c>ok</c>, its SQLSTATE, <c>lost</c> (the session), or <c>no answer</c>.</summary>
    internal static Task<string> TryAsync(ISession session, string sql, params object[] parameters) => AskAsync(session, sql, static _ => "ok", 20, parameters);

    internal static async Task<string> AskAsync(ISession session, string sql, Func<DbDataReader, string> read, double seconds, params object[] parameters)
    {
        try
        {
            return await session.QueryAsync(sql, read, TimeSpan.FromSeconds(seconds), CancellationToken.None, parameters);
        }
        catch (PostgresException e) when (session.IsUsable)
        {
            return e.SqlState;
        }
        catch (NpgsqlException)
        {
            return "lost";
        }
        catch (TimeoutException)
        {
            return "no answer";
        }
    }

    internal Task<string> TakeLockAsync(ISession session) =>
        AskAsync(session, ControlSql.TryLock, static row => row.GetBoolean(0) ? "granted" : "taken", 20, LockKey.Class, LockObject);

    internal async Task<ServerState> ProbeAsync(string node) => await stage.ProbeAsync(node) ?? throw new InvalidOperationException($"{node} does not answer");

    /// <summary>The received position as seen from the replayed one.</summary>
    internal async Task<string> ReceivedAsync(string node)
    {
        var state = await ProbeAsync(node);
        return state.ReceiveLsn is not { } received ? "null" : received < state.ReplayLsn ? "behind the replayed" : received == state.ReplayLsn ? "the replayed" : "beyond the replayed";
    }

    internal async Task<bool> StreamsAsync(string node, string upstream)
    {
        var state = await stage.ProbeAsync(node);
        return state is { ReceiverStatus: "streaming" } && state.Upstream == UpstreamOf(upstream);
    }

    /// <summary>The standby has flushed and replayed what the client sees at the primary.</summary>
    internal Task ShowsAsync(string node, string rows) => WaitAsync($"{node} shows {rows}", async () => await stage.RowsAsync(node) == rows);

    internal async Task SeeEndAsync(string what, string expected, IClientWrite write)
    {
        await ComesTrueAsync(() => Task.FromResult(write.Outcome != "waits"));
        See(what, expected, write.Outcome);
    }

    /// <summary>A write that must go on waiting: looked at after a second.</summary>
    internal async Task SeeWaitsAsync(string what, IClientWrite write)
    {
        await PassAsync(1);
        See(what, "waits", write.Outcome);
    }

    internal async Task InsertAsync(string node, long row)
    {
        var write = stage.Insert(node, row);
        await SeeEndAsync($"row {row} at {node}", "acked", write);
    }

    internal string Conninfo(string standby, string upstream) => Settings.Conninfo.Build(standby, upstream);

    internal static Register Promise(long term, string node, RegisterPhase phase = RegisterPhase.Promised) => new(term, Coordinator, phase, Decision.None, Decision.None, node);

    public async ValueTask DisposeAsync()
    {
        foreach (var each in _open)
            await each.DisposeAsync();
    }

    private string UpstreamOf(string name)
    {
        var node = ConfiguredNode.DataNodesOf(stage.Options).First(n => n.Name == name);
        return ConfiguredNode.NameOf(node.Host, node.Port);
    }

    private async Task<bool> ComesTrueAsync(Func<Task<bool>> condition)
    {
        var start = stage.Time.GetTimestamp();
        while (!await condition())
        {
            if (stage.Time.GetElapsedTime(start) > Patience)
                return false;
            await Task.Delay(PollInterval, stage.Time);
        }

        return true;
    }
}
