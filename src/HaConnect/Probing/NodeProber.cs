using HaConnect.Connections;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Probing;

/// <summary>
/// Probes one node: one session, one statement, one round trip. The session is kept open by those who have one of the seats that the
/// server has for that; the others open one for each probe. Never throws but for cancellation.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="sources">Opens the session.</param>
/// <param name="options">The options.</param>
/// <param name="isCoordinator">Whether this instance holds the office now: it must see a loss fast, seat or not.</param>
/// <param name="isHeld">Whether this instance holds new writes and has none under way.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeProber(Node node, NodeSources sources, HaDatabaseOptions options, Func<bool> isCoordinator, Func<bool> isHeld, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan VisitTimeout = TimeSpan.FromSeconds(NodeSources.OwnConnectSeconds);
    private readonly int _lockClass = Failover.LockKey.Class;
    private readonly int _lockObject = Failover.LockKey.ObjectOf(options.ClusterName);
    private NpgsqlDataSource? _source;
    private OwnSession? _session;
    private string _sql = "";
    private string _heldSql = "";
    private ProbeCapabilities? _can;
    private bool _useOwnDatabase;
    private volatile bool _hasSeat; // until the server tells: not before
    private VisitPace _pace = VisitPace.For(options);
    private long? _visitedAt;
    private bool _wasTried;

    /// <summary>Raised when the server answers a probe that had been given up.</summary>
    internal event Action? HeardLate;

    /// <summary>Whether the session is kept open between probes.</summary>
    internal bool KeepsSession => _hasSeat || isCoordinator();

    /// <summary>The pause between two probes where it is not.</summary>
    internal TimeSpan VisitPause => _pace.Pause;

    internal async Task<NodeObservation> ProbeAsync(CancellationToken cancellationToken)
    {
        var sentAt = time.GetTimestamp();
        try
        {
            if (_session is not { IsUsable: true })
                await OpenAsync(cancellationToken).ConfigureAwait(false);
            sentAt = time.GetTimestamp();
            var state = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (state.SeesTerms != _can!.Value.SeesTerms || state.SeesPauses != _can.Value.SeesPauses)
            {
                // A table was created or dropped since the session was opened.
                await ReadCapabilitiesAsync(cancellationToken).ConfigureAwait(false);
                sentAt = time.GetTimestamp();
                state = await ReadAsync(cancellationToken).ConfigureAwait(false);
            }

            var answered = NodeObservation.Answered(node, sentAt, time.GetTimestamp(), state with { SeesTerms = _can.Value.SeesTerms });
            await TakeOrLeaveSeatAsync(state.Crowd, sentAt).ConfigureAwait(false);
            return answered;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            var wasOpen = _session is not null;
            await CloseAsync().ConfigureAwait(false);
            _can = null;
            var failure = ErrorClassifier.Classify(e);
            if (!wasOpen && failure.Kind is ProbeFailureKind.Overloaded or ProbeFailureKind.TimedOut)
                _pace = _pace.AfterOverload();
            if (!wasOpen && failure.Kind == ProbeFailureKind.Overloaded)
                _hasSeat = false;
            return NodeObservation.Failed(node, sentAt, time.GetTimestamp(), failure);
        }
    }

    private async Task TakeOrLeaveSeatAsync(ProbeCrowd? crowd, long sentAt)
    {
        _hasSeat = crowd is not { HasSeat: false };
        if (KeepsSession)
            return;
        _pace = _pace.After(crowd!.Value.SessionsSoFar, _visitedAt is { } last ? time.GetElapsedTime(last, sentAt) : TimeSpan.Zero);
        _visitedAt = sentAt;
        await CloseAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        if (_source is not null)
            await _source.DisposeAsync().ConfigureAwait(false);
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        await CloseAsync().ConfigureAwait(false);
        _source ??= sources.ForProbe(node.Host, node.Port, database: null, node.CertificateHost);

        // An opening that is abandoned goes on at the server. Who has no seat waits for its end, so that it never has two under way.
        var timeout = KeepsSession || !_wasTried || options.Probing.Timeout > VisitTimeout ? options.Probing.Timeout : VisitTimeout;
        _wasTried = true;
        try
        {
            _session = await OwnSession.OpenAsync(_source.CreateConnection(), timeout, time, OnHeardLate, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (!_useOwnDatabase && e.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege)
        {
            // A user without access to the control database still sees everything but terms and locks from its own.
            _useOwnDatabase = true;
            await _source.DisposeAsync().ConfigureAwait(false);
            var own = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            _source = sources.ForProbe(node.Host, node.Port, own.Database ?? own.Username, node.CertificateHost);
            _session = await OwnSession.OpenAsync(_source.CreateConnection(), timeout, time, OnHeardLate, cancellationToken).ConfigureAwait(false);
        }

        // A visit does not ask again; where the answer has changed its probe fails, and the next one does.
        if (_can is null || _hasSeat)
            await ReadCapabilitiesAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadCapabilitiesAsync(CancellationToken cancellationToken)
    {
        _can = await _session!.QueryAsync(ProbeSql.Capabilities, ProbeRow.ReadCapabilities, options.Probing.Timeout, cancellationToken).ConfigureAwait(false);
        _sql = ProbeSql.Build(_can.Value.SeesRegister, _can.Value.SeesTerms, _can.Value.CountsSessions, _can.Value.SeesPauses);
        _heldSql = ProbeSql.Held + _sql;
    }

    private Task<ServerState> ReadAsync(CancellationToken cancellationToken)
    {
        var can = _can!.Value;
        return _session!.QueryAsync(isHeld() ? _heldSql : _sql, row => ProbeRow.Read(row, can), options.Probing.Timeout, cancellationToken, (long)(uint)_lockClass, (long)(uint)_lockObject);
    }

    private void OnHeardLate() => HeardLate?.Invoke();

    private async Task CloseAsync()
    {
        if (_session is not { } session)
            return;
        _session = null;
        await session.DisposeAsync().ConfigureAwait(false);
    }
}
