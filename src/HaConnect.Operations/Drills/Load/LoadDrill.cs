using HaConnect.Connections;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Operations.Drills.Load;

/// <summary>
/// Raises the load of writes in steps up to a peak, and measures at each how late the standbys are. It writes into a table of its own, which it drops. What may stop it from running on
/// a cluster that people use is its caller's to ask: it does what it is told.
/// </summary>
internal sealed class LoadDrill
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_trial = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_mostWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_mostCatchUp = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_cleanUp = TimeSpan.FromSeconds(30);

    private readonly HaDataSource _db;
    private readonly LoadDrillOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<string> _tell;
    private readonly StandbyWatch _watch = new();
    private readonly LoadGenerator _generator;
    private readonly List<NodeLoadReader> _readers = [];

    private LoadDrill(HaDataSource db, LoadDrillOptions options, Action<string> tell)
    {
        (_db, _options, _time, _tell) = (db, options, db.Runtime.Time, tell);
        _generator = new LoadGenerator(db, options.Writers, _time);
    }

    /// <param name="db">The cluster; its primary is known within <see cref="ConnectionsOptions.WaitTimeout"/>.</param>
    /// <param name="options">How.</param>
    /// <param name="isLocal">Whether it is a throw-away cluster.</param>
    /// <param name="tell">Is told of each step.</param>
    /// <param name="cancellationToken">Ends it; the table is dropped all the same.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    /// <exception cref="NoPrimaryException">There is no primary.</exception>
    /// <exception cref="NpgsqlException">The table cannot be made.</exception>
    /// <exception cref="InvalidOperationException">There is a table of that name that is not the drill's, or an exporter is given for a node that the cluster does not have.</exception>
    internal static async Task<LoadReport> RunAsync(HaDataSource db, LoadDrillOptions options, bool isLocal, Action<string> tell, CancellationToken cancellationToken)
    {
        options.Validate();
        var drill = new LoadDrill(db, options, tell);
        var at = drill._time.GetUtcNow();
        var problems = new List<string>();
        await LoadTable.CreateAsync(db, cancellationToken).ConfigureAwait(false);
        try
        {
            drill.OpenReaders();
            await drill.UntilProvenAsync(cancellationToken).ConfigureAwait(false);
            var (steps, stopped) = await drill.StepsAsync(cancellationToken).ConfigureAwait(false);
            var caughtUp = steps.Count > 0 ? await drill.CatchUpAsync(cancellationToken).ConfigureAwait(false) : null;
            var (passed, sentence) = LoadVerdict.Of(steps, options, stopped);
            return new LoadReport(db.Runtime.Options.ClusterName, at, isLocal, options, steps, caughtUp, passed, sentence, problems);
        }
        finally
        {
            await drill.CleanUpAsync(problems).ConfigureAwait(false);
        }
    }

    /// <exception cref="InvalidOperationException">There is no such node.</exception>
    private void OpenReaders()
    {
        var nodes = _db.Snapshot.Nodes;
        if (_options.Exporters.Keys.FirstOrDefault(name => nodes.All(n => n.Name != name)) is { } unknown)
            throw new InvalidOperationException($"An exporter is given for {unknown}; the cluster has {string.Join(", ", nodes.Select(n => n.Name))}.");
        foreach (var node in nodes)
        {
            var server = new ServerLoadReader(node.Node, _db.Runtime.OperatorSessions(node.Node));
            _readers.Add(new NodeLoadReader(server, _options.Exporters.TryGetValue(node.Name, out var exporter) ? new HostLoadReader(exporter, _time) : null, _time));
        }
    }

    /// <summary>Until something is proven of every node but the primary, so that what is not yet known is not taken for what the load does; of what is not proven in time, one that never answered too, the first step fails.</summary>
    private async Task UntilProvenAsync(CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        while (_time.GetElapsedTime(startedAt) < s_mostWait)
        {
            var snapshot = _db.Snapshot;
            _watch.See(snapshot, _time.GetUtcNow());
            if (snapshot.Nodes.All(n => ReferenceEquals(n, snapshot.Primary) || _watch.FreshAsOf(n.Name) is not null))
                return;
            await Task.Delay(s_look, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(IReadOnlyList<LoadStep> Steps, string? Stopped)> StepsAsync(CancellationToken cancellationToken)
    {
        var steps = new List<LoadStep>();
        var (bytesPerWrite, whyNot) = await BytesPerWriteAsync(cancellationToken).ConfigureAwait(false);
        if (whyNot is not null)
            return (steps, whyNot);
        for (var number = 1; number <= _options.Steps; number++)
        {
            var target = _options.Peak.Times((double)number / _options.Steps);
            _tell($"Step {number} of {_options.Steps}: {target} for {LoadText.Seconds(_options.StepDuration)}.");
            var step = await StepAsync(target, target.IsWal ? target.PerSecond / bytesPerWrite : target.PerSecond, cancellationToken).ConfigureAwait(false);
            steps.Add(step);
            _tell($"  {LoadDocument.InWords(step)}");
            if (LoadVerdict.WhyNot(step, _options.MaxLag) is not null)
                break; // what comes would only be worse
            bytesPerWrite = step.LeastWalPerWrite(bytesPerWrite);
            await LoadTable.EmptyAsync(_db, cancellationToken).ConfigureAwait(false);
        }

        return (steps, null);
    }

    /// <summary>How much WAL a write makes, tried out where the peak is one of WAL.</summary>
    private async Task<(double BytesPerWrite, string? WhyNot)> BytesPerWriteAsync(CancellationToken cancellationToken)
    {
        if (!_options.Peak.IsWal)
            return (_options.PayloadBytes, null);
        var first = _options.Peak.PerSecond / _options.Steps / _options.PayloadBytes;
        var before = await SampleAsync(cancellationToken).ConfigureAwait(false);
        var written = await _generator.RunAsync(Math.Max(1, first), _options.PayloadBytes, s_trial, cancellationToken).ConfigureAwait(false);
        var after = await SampleAsync(cancellationToken).ConfigureAwait(false);
        return written.Acked > 0 && WalOf(before, after) is { } wal
            ? (wal / written.Acked, null)
            : (0, $"how much WAL a write makes could not be found out: {written.FirstError ?? WhyNoPrimary(after) ?? "the primary changed"}");
    }

    private async Task<LoadStep> StepAsync(LoadRate target, double writesPerSecond, CancellationToken cancellationToken)
    {
        var before = await SampleAsync(cancellationToken).ConfigureAwait(false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _watch.TakeGreatest();
        var looking = LookAsync(over.Token);
        LoadWritten written;
        try
        {
            written = await _generator.RunAsync(writesPerSecond, _options.PayloadBytes, _options.StepDuration, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await looking.ConfigureAwait(false);
        }

        var after = await SampleAsync(cancellationToken).ConfigureAwait(false);
        var took = written.Took; // the samples come just before and after it, and nothing of the drill's is written meanwhile
        return new LoadStep(target, written.PerSecond, WalOf(before, after) / took.TotalSeconds, written.Failed, written.FirstError, written.Latencies.Percentile(0.5), written.Latencies.Percentile(0.99),
            _watch.TakeGreatest(), [.. after.Select(a => NodeUse.Between(a.Key, before[a.Key], a.Value, took))], took);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            _watch.See(_db.Snapshot, _time.GetUtcNow());
            await Task.Delay(s_look, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Until what every standby is proven to have includes the last write.</summary>
    private async Task<TimeSpan?> CatchUpAsync(CancellationToken cancellationToken)
    {
        var (end, startedAt) = (_time.GetUtcNow(), _time.GetTimestamp());
        while (_time.GetElapsedTime(startedAt) < s_mostCatchUp)
        {
            _watch.See(_db.Snapshot, _time.GetUtcNow());
            var standbys = _db.Snapshot.Nodes.Where(n => !ReferenceEquals(n, _db.Snapshot.Primary)).ToList();
            if (standbys.Count > 0 && standbys.All(s => _watch.FreshAsOf(s.Name) >= end))
                return _time.GetElapsedTime(startedAt);
            await Task.Delay(s_look, _time, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private async Task<Dictionary<string, NodeLoadSample>> SampleAsync(CancellationToken cancellationToken)
    {
        var samples = await Task.WhenAll(_readers.Select(async r => (r.Node, Sample: await r.ReadAsync(cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
        return samples.ToDictionary(s => s.Node, s => s.Sample, StringComparer.Ordinal);
    }

    /// <summary>Of the primary, where it is the same as before and both times could be asked.</summary>
    private double? WalOf(Dictionary<string, NodeLoadSample> before, Dictionary<string, NodeLoadSample> after) =>
        _db.Snapshot.Primary is { } primary && before.GetValueOrDefault(primary.Name)?.Server is { } then && after.GetValueOrDefault(primary.Name)?.Server is { } now ? now.WalBytes - then.WalBytes : null;

    private string? WhyNoPrimary(Dictionary<string, NodeLoadSample> samples) => _db.Snapshot.Primary is { } primary ? samples.GetValueOrDefault(primary.Name)?.WhyNoServer : _db.Snapshot.Reason;

    private async Task CleanUpAsync(List<string> problems)
    {
        foreach (var reader in _readers)
            await reader.DisposeAsync().ConfigureAwait(false);
        using var limit = new CancellationTokenSource(s_cleanUp, _time);
        try
        {
            await LoadTable.DropAsync(_db, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or HaConnectException or OperationCanceledException)
        {
            problems.Add($"The table haconnect_load_drill could not be dropped: {e.Message} Drop it by hand.");
            _tell(problems[^1]); // where it was called off there is no report
        }
    }
}
