using HaConnect.Connections;
using HaConnect.Diagnostics;
using HaConnect.Options;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Failover.Slots;

/// <summary>
/// While this instance coordinates: keeps slots for each data node on all others, and tells which logical slots a former primary had that
/// its successor has not. A failover waits for none of it. Why slots are advanced instead of used is in docs/adr/0049.
/// </summary>
internal sealed class SlotKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyDictionary<string, ISessionSource> _sources;
    private readonly Func<bool> _coordinates;
    private readonly Func<string?> _primary;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private (string Node, IReadOnlyList<string> LogicalSlots)? _former;

    /// <param name="nodes">All data nodes.</param>
    /// <param name="sessions">Opens sessions of the control user.</param>
    /// <param name="coordinates">Whether this instance is the coordinator now.</param>
    /// <param name="primary">The established primary; null while there is none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    internal SlotKeeper(IReadOnlyList<ConfiguredNode> nodes, Func<ConfiguredNode, ISessionSource> sessions, Func<bool> coordinates, Func<string?> primary, TimeProvider time, ILogger logger)
    {
        _sources = nodes.ToDictionary(n => n.Name, sessions, StringComparer.Ordinal);
        _coordinates = coordinates;
        _primary = primary;
        _time = time;
        _logger = logger;
    }

    internal void Start() => _running = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        foreach (var source in _sources.Values)
            await source.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                if (_coordinates())
                    await TryLookAfterAsync().ConfigureAwait(false);
                else
                    _former = null; // whoever coordinates meanwhile tells
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The data source is being disposed.
        }
    }

    private async Task TryLookAfterAsync()
    {
        try
        {
            await LookAfterAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            Log.SlotKeeperFailed(_logger, e);
        }
    }

    private async Task LookAfterAsync()
    {
        var visits = await Task.WhenAll(_sources.Select(s => OpenAsync(s.Key, s.Value))).ConfigureAwait(false);
        try
        {
            var readings = visits.Where(v => v is not null).ToDictionary(v => v!.Node, v => v!.Reading, StringComparer.Ordinal);
            var primary = _primary();
            TellOfLostPlaces(readings, primary);
            var orders = SlotPlan.Of([.. _sources.Keys], readings, primary).ToLookup(o => o.Node, StringComparer.Ordinal);
            await Task.WhenAll(visits.Where(v => v is not null).Select(v => CarryOutAsync(v!.Session, orders[v.Node]))).ConfigureAwait(false);
        }
        finally
        {
            foreach (var visit in visits)
            {
                if (visit is not null)
                    await visit.Session.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Null where the node does not answer, which is told elsewhere.</summary>
    private async Task<Visit?> OpenAsync(string node, ISessionSource source)
    {
        ISession? session = null;
        try
        {
            session = await source.OpenAsync(Timeout, _stop.Token).ConfigureAwait(false);
            return new Visit(node, session, await session.QueryAsync(SlotSql.Read, SlotReading.From, Timeout, _stop.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            Log.SlotsNotSeen(_logger, node, e);
            if (session is not null)
                await session.DisposeAsync().ConfigureAwait(false);
            return null;
        }
    }

    private async Task CarryOutAsync(ISession session, IEnumerable<SlotOrder> orders)
    {
        foreach (var order in orders)
        {
            try
            {
                await DoAsync(session, order).ConfigureAwait(false);
            }
            catch (PostgresException e) when (session.IsUsable)
            {
                // Somebody else was there first, or streams from it now, or there are too many: the next look tells.
                Log.SlotRefused(_logger, order.Slot, order.Node, e.MessageText);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                Log.SlotsNotSeen(_logger, order.Node, e);
                return;
            }
        }
    }

    private async Task DoAsync(ISession session, SlotOrder order)
    {
        switch (order)
        {
            case SlotOrder.Create o:
                await RunAsync(session, SlotSql.Create, o.Slot).ConfigureAwait(false);
                Log.SlotCreated(_logger, o.Slot, o.Node, o.For);
                break;
            case SlotOrder.Renew o:
                await RunAsync(session, SlotSql.Drop, o.Slot).ConfigureAwait(false);
                await RunAsync(session, SlotSql.Create, o.Slot).ConfigureAwait(false);
                Log.SlotRenewed(_logger, o.Slot, o.Node, o.For);
                break;
            case SlotOrder.Advance o:
                await RunAsync(session, SlotSql.Advance, o.Slot, new NpgsqlLogSequenceNumber(o.Position)).ConfigureAwait(false);
                break;
            case SlotOrder.Drop o:
                await RunAsync(session, SlotSql.Drop, o.Slot).ConfigureAwait(false);
                Log.SlotDropped(_logger, o.Slot, o.Node);
                break;
        }
    }

    private Task<bool> RunAsync(ISession session, string sql, params object[] parameters) => session.QueryAsync(sql, static _ => true, Timeout, _stop.Token, parameters);

    private void TellOfLostPlaces(IReadOnlyDictionary<string, SlotReading> readings, string? primary)
    {
        if (primary is null || readings.GetValueOrDefault(primary) is not { InRecovery: false } reading)
            return;
        var valid = reading.Logical.Where(s => s.IsValid).Select(s => s.Name).ToList();
        if (_former is { } former && former.Node != primary && former.LogicalSlots.Except(valid, StringComparer.Ordinal).ToList() is { Count: > 0 } lost)
            Log.SubscribersLostTheirPlace(_logger, former.Node, string.Join(", ", lost), primary);
        _former = (primary, valid);
    }

    private sealed record Visit(string Node, ISession Session, SlotReading Reading);
}
