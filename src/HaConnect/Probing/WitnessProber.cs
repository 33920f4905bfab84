using HaConnect.Connections;
using HaConnect.Options;
using Npgsql;

namespace HaConnect.Probing;

/// <summary>
/// Probes one witness: whether it answers, and what the cluster's record there says. Its session is kept by those who have one of the seats
/// that the server has for probing, as on a data node; the others open one for each probe. Never throws but for cancellation.
/// </summary>
internal sealed class WitnessProber(int index, ConfiguredNode witness, NodeSources sources, HaDatabaseOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = sources.ForProbe(witness.Host, witness.Port, database: null);
    private OwnSession? _session;
    private bool _readsRegister;
    private VisitPace _pace = VisitPace.For(options);
    private long? _visitedAt;

    internal int Index => index;

    internal string Name => witness.Name;

    /// <summary>Raised when the server answers a probe that had been given up.</summary>
    internal event Action? HeardLate;

    /// <summary>The pause until the next visit; null where the session is kept, and where nobody is there who would mind.</summary>
    internal TimeSpan? VisitPause { get; private set; }

    internal async Task<WitnessObservation> ProbeAsync(CancellationToken cancellationToken)
    {
        var sentAt = time.GetTimestamp();
        try
        {
            if (_session is not { IsUsable: true })
            {
                await CloseAsync().ConfigureAwait(false);
                _session = await OwnSession.OpenAsync(_source.CreateConnection(), options.Probing.Timeout, time, OnHeardLate, cancellationToken).ConfigureAwait(false);
            }

            sentAt = time.GetTimestamp();
            var sql = WitnessSql.Build(_readsRegister, countsSessions: _session.ServerVersion.Major >= 15);
            object[] parameters = _readsRegister ? [options.ClusterName] : [];
            var (crowd, seesRegister, register) = await _session.QueryAsync(sql, WitnessSql.Read, options.Probing.Timeout, cancellationToken, parameters).ConfigureAwait(false);
            _readsRegister = seesRegister; // from the next probe on: the table is made by the first coordinator
            await TakeOrLeaveSeatAsync(crowd, sentAt).ConfigureAwait(false);
            return new WitnessObservation(index, sentAt, register?.Node == witness.Name ? register : null, null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            await CloseAsync().ConfigureAwait(false);
            _readsRegister = false; // it may have been dropped, or forbidden
            var failure = ErrorClassifier.Classify(e);
            if (failure.ProvesServer)
                _pace = _pace.AfterOverload(); // who is not let in starts a process there with each attempt, and a line of its log
            VisitPause = failure.ProvesServer ? _pace.Pause : null;
            return new WitnessObservation(index, sentAt, null, failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private async Task TakeOrLeaveSeatAsync(ProbeCrowd crowd, long sentAt)
    {
        if (crowd.HasSeat)
        {
            VisitPause = null;
            return;
        }

        _pace = _pace.After(crowd.SessionsSoFar, _visitedAt is { } last ? time.GetElapsedTime(last, sentAt) : TimeSpan.Zero);
        _visitedAt = sentAt;
        VisitPause = _pace.Pause;
        await CloseAsync().ConfigureAwait(false);
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
