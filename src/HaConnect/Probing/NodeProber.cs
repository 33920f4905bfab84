using HaConnect.Connections;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Probing;

/// <summary>Probes one node: one session kept open, one statement, one round trip. Never throws but for cancellation.</summary>
internal sealed class NodeProber(Node node, NodeSources sources, HaDatabaseOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly int _lockClass = Failover.LockKey.Class;
    private readonly int _lockObject = Failover.LockKey.ObjectOf(options.ClusterName);
    private NpgsqlDataSource? _source;
    private OwnSession? _session;
    private string _sql = "";
    private ProbeCapabilities _can;
    private bool _useOwnDatabase;

    internal async Task<NodeObservation> ProbeAsync(CancellationToken cancellationToken)
    {
        var sentAt = time.GetTimestamp();
        try
        {
            if (_session is not { IsUsable: true })
                await OpenAsync(cancellationToken).ConfigureAwait(false);
            sentAt = time.GetTimestamp();
            var state = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (state.SeesTerms != _can.SeesTerms)
            {
                // The schema was created or dropped since the session was opened.
                await ReadCapabilitiesAsync(cancellationToken).ConfigureAwait(false);
                sentAt = time.GetTimestamp();
                state = await ReadAsync(cancellationToken).ConfigureAwait(false);
            }

            return NodeObservation.Answered(node, sentAt, time.GetTimestamp(), state with { SeesTerms = _can.SeesTerms });
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            await CloseAsync().ConfigureAwait(false);
            return NodeObservation.Failed(node, sentAt, time.GetTimestamp(), ErrorClassifier.Classify(e));
        }
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
        _source ??= sources.ForProbe(node.Host, node.Port, database: null);
        try
        {
            _session = await OwnSession.OpenAsync(_source, options.Probing.Timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (!_useOwnDatabase && e.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege)
        {
            // A user without access to the control database still sees everything but terms and locks from its own.
            _useOwnDatabase = true;
            await _source.DisposeAsync().ConfigureAwait(false);
            var own = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            _source = sources.ForProbe(node.Host, node.Port, own.Database ?? own.Username);
            _session = await OwnSession.OpenAsync(_source, options.Probing.Timeout, time, cancellationToken).ConfigureAwait(false);
        }

        await ReadCapabilitiesAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadCapabilitiesAsync(CancellationToken cancellationToken)
    {
        _can = await _session!.QueryAsync(ProbeSql.Capabilities, static row => new ProbeCapabilities(row.GetBoolean(0), row.GetBoolean(1), row.GetBoolean(2)),
            options.Probing.Timeout, cancellationToken).ConfigureAwait(false);
        _sql = ProbeSql.Build(_can.SeesRegister, _can.SeesTerms);
    }

    private Task<ServerState> ReadAsync(CancellationToken cancellationToken)
    {
        var can = _can;
        return _session!.QueryAsync(_sql, row => ProbeRow.Read(row, can), options.Probing.Timeout, cancellationToken, (long)(uint)_lockClass, (long)(uint)_lockObject);
    }

    private async Task CloseAsync()
    {
        if (_session is not { } session)
            return;
        _session = null;
        await session.DisposeAsync().ConfigureAwait(false);
    }
}
