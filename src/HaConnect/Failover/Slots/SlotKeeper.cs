using HaConnect.Connections;
using HaConnect.Diagnostics;
using HaConnect.Options;
using HaConnect.Probing;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Failover.Slots;

/// <summary>
/// While this instance coordinates: keeps slots for each data node on all others, and tells which logical slots a former primary had that
/// its successor has not. No failover waits for any of it. Why slots are advanced instead of demanded is in docs/adr/0049.
/// </summary>
internal sealed class SlotKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5); // for each statement

    /// <summary>How old what was read may be when it is acted upon: a process that was frozen over a failover knows nothing.</summary>
    private static readonly TimeSpan OldestReading = TimeSpan.FromSeconds(10);

    private readonly IReadOnlyDictionary<string, ISessionSource> _sources;
    private readonly Func<bool> _coordinates;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private (string Node, IReadOnlyList<string> LogicalSlots)? _former;

    /// <param name="nodes">All data nodes.</param>
    /// <param name="sessions">Opens sessions of the control user.</param>
    /// <param name="coordinates">Whether this instance is the coordinator now, and nothing speaks against it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    internal SlotKeeper(IReadOnlyList<ConfiguredNode> nodes, Func<ConfiguredNode, ISessionSource> sessions, Func<bool> coordinates, TimeProvider time, ILogger logger)
    {
        _sources = nodes.ToDictionary(n => n.Name, sessions, StringComparer.Ordinal);
        _coordinates = coordinates;
        _time = time;
        _logger = logger;
    }

    internal void Start() => _running = RunAsync();

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
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false);
                if (_coordinates())
                    await LookAfterAsync().ConfigureAwait(false);
                else
                    _former = null; // another coordinator tells of what happens meanwhile
            }
            catch (Exception e)
            {
                if (!_stop.IsCancellationRequested)
                    Log.SlotKeeperFailed(_logger, e);
            }
        }
    }

    private async Task LookAfterAsync()
    {
        List<ISession> sessions = [];
        try
        {
            var startedAt = _time.GetTimestamp();
            var visits = (await Task.WhenAll(_sources.Select(s => VisitAsync(s.Key, s.Value, sessions))).ConfigureAwait(false)).Where(v => v is not null).Select(v => v!).ToList();
            var primary = visits.MaxBy(v => v.Established?.Term ?? 0)?.Established?.Primary;
            var readings = visits.ToDictionary(v => v.Node, v => v.Reading, StringComparer.Ordinal);
            TellOfLostPlaces(readings, primary);
            var orders = SlotPlan.Of([.. _sources.Keys], readings, primary).ToLookup(o => o.Node, StringComparer.Ordinal);
            await Task.WhenAll(visits.Select(v => CarryOutAsync(v.Session, orders[v.Node], startedAt))).ConfigureAwait(false);
        }
        finally
        {
            foreach (var session in sessions)
                await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Null where the node does not answer, which is told elsewhere.</summary>
    private async Task<Visit?> VisitAsync(string node, ISessionSource source, List<ISession> sessions)
    {
        try
        {
            var session = await source.OpenAsync(Timeout, _stop.Token).ConfigureAwait(false);
            lock (sessions)
                sessions.Add(session);
            var queries = new BoundedQueries(session, Timeout);
            var established = await new RecordReader(node, queries).ReadTermAsync(newest: false, _stop.Token).ConfigureAwait(false);
            return new Visit(node, session, established, await queries.QueryAsync(SlotSql.Read, SlotReading.From, _stop.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            Log.SlotsNotSeen(_logger, node, e);
            return null;
        }
    }

    private async Task CarryOutAsync(ISession session, IEnumerable<SlotOrder> orders, long startedAt)
    {
        foreach (var order in orders)
        {
            if (!_coordinates() || _time.GetElapsedTime(startedAt) > OldestReading)
                return;
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
                if (o.IsLost)
                    Log.SlotRenewed(_logger, o.Slot, o.Node, o.For);
                else
                    Log.SlotCreated(_logger, o.Slot, o.Node, o.For);
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

    private sealed record Visit(string Node, ISession Session, TermRow? Established, SlotReading Reading);
}
