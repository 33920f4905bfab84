using HaConnect.Histories;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Routing.Reading;

/// <summary>All sessions on one cluster, the phases they go through, and the history of both.</summary>
internal sealed class ReadSeries : IAsyncDisposable
{
    internal const string Bounded = "bounded", Causal = "causal", Control = "prefer-standby", ControlCausal = "prefer-standby-causal";

    private readonly PostgresCluster _cluster;
    private readonly string _folder;
    private readonly List<SessionRecorder> _recorders = [];
    private readonly List<(string Group, ReadSession Session)> _sessions = [];
    private readonly List<Task> _running = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SessionRecorder _phases;
    private readonly NpgsqlMultiHostDataSource _hosts;

    internal ReadSeries(PostgresCluster cluster, HaDataSource db, string folder)
    {
        _cluster = cluster;
        _folder = folder;
        _phases = Recorder("phases");
        // Without a pause that is longer than the reads may be behind, a control would be kept from hosts that are back.
        _hosts = new NpgsqlDataSourceBuilder(cluster.ConnectionString + ";Load Balance Hosts=true;Host Recheck Seconds=1;Max Auto Prepare=4;Auto Prepare Min Usages=2").BuildMultiHost();
        var (standbys, primary) = (_hosts.WithTargetSession(TargetSessionAttributes.PreferStandby), _hosts.WithTargetSession(TargetSessionAttributes.ReadWrite));
        for (var i = 0; i < 8; i++)
            Add(Bounded, i % 2 == 0 ? new ReadClient.Opening(db) : new ReadClient.Working(db), writes: false);
        for (var i = 0; i < 3; i++)
            Add(Causal, new ReadClient.Working(db), writes: true);
        for (var i = 0; i < 2; i++)
            Add(Control, new ReadClient.PreferStandby(standbys, primary), writes: false);
        Add(ControlCausal, new ReadClient.PreferStandby(standbys, primary), writes: true);
    }

    internal int BoundedReads => _sessions.Where(s => s.Group == Bounded).Sum(s => s.Session.Reads);

    internal void Start()
    {
        _running.Add(Task.Run(() => new TickWriter(_cluster.ConnectionString + ";Command Timeout=0;Cancellation Timeout=-1", Recorder("ticks")).RunAsync(_stop.Token)));
        _running.AddRange(_sessions.Select(s => Task.Run(() => s.Session.RunAsync(_stop.Token))));
    }

    internal void Begin(string phase) => _phases.Add(new SessionEvent { Do = SessionAct.Phase, At = HistoryRecorder.Now, Name = phase });

    /// <summary>Ends all sessions, reads what the primary holds past HaConnect, and judges what is in the files.</summary>
    internal async Task<SessionJudgement> JudgeAsync(TimeSpan bound)
    {
        await StopAsync();
        await using (var connection = new NpgsqlConnection(_cluster.NodeConnectionString(await _cluster.GetPrimaryAsync()) + ";Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("SELECT coalesce(array_agg(tick ORDER BY tick), '{}') FROM ticks", connection) { CommandTimeout = 60 };
            _phases.Add(new SessionEvent { Do = SessionAct.Final, At = HistoryRecorder.Now, Ticks = RowRanges.Format((long[])(await command.ExecuteScalarAsync())!) });
        }

        _recorders.ForEach(r => r.Dispose());
        return SessionJudge.Judge(SessionRecorder.ReadFolder(_folder), bound);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _recorders.ForEach(r => r.Dispose());
        await _hosts.DisposeAsync();
        _stop.Dispose();
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    private void Add(string group, ReadClient client, bool writes) =>
        _sessions.Add((group, new ReadSession(client, Recorder($"{group}-{_sessions.Count(s => s.Group == group) + 1}"), writes)));

    private SessionRecorder Recorder(string session)
    {
        var recorder = new SessionRecorder(_folder, session);
        _recorders.Add(recorder);
        return recorder;
    }
}
