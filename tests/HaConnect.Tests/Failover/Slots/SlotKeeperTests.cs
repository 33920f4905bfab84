using System.Data;
using System.Data.Common;
using HaConnect.Connections;
using HaConnect.Failover.Slots;
using HaConnect.Options;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Tests.Failover.Slots;

/// <summary>Sessions that fail, an office that is lost, and a stop amid a look; what is to be done is SlotPlanTests', what servers do SlotTests'.</summary>
public sealed class SlotKeeperTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<string, Source> _sources = ((string[])["n1", "n2", "n3"]).ToDictionary(n => n, _ => new Source(), StringComparer.Ordinal);

    [Fact]
    public async Task Look_OneNodeDoesNotAnswer_TheOthersGetTheirSlotsAndEverySessionIsClosed()
    {
        _sources["n1"].Fails = () => new NpgsqlException("gone");
        await using (var keeper = Keeper(() => true))
        {
            await LookAsync(keeper);
            await AskedAsync("n2", SlotSql.Create);
        }

        Assert.Equal((1, 0, 0), (_sources["n2"].Count(SlotSql.Create), _sources["n1"].Count(SlotSql.Create), _sources["n2"].Count(SlotSql.Drop))); // for n3
        Assert.All(_sources.Values, s => Assert.True(s.IsClosed && s.Sessions.TrueForAll(x => x.IsClosed)));
    }

    [Fact]
    public async Task Look_NotTheCoordinator_OpensNoSession()
    {
        var asked = 0;
        await using var keeper = Keeper(() => ++asked < 0);
        keeper.Start();
        await TickUntilAsync(() => asked >= 3);
        Assert.All(_sources.Values, s => Assert.Empty(s.Sessions));
    }

    [Fact]
    public async Task Look_OfficeIsLostWhileItReads_NothingIsChanged()
    {
        var coordinates = true;
        _sources["n1"].Opened = () => coordinates = false;
        await using var keeper = Keeper(() => coordinates);
        await LookAsync(keeper);
        await ClosedAsync();
        Assert.All(_sources.Values, s => Assert.Equal(0, s.Count(SlotSql.Create)));
    }

    [Fact]
    public async Task Look_WhatWasReadIsOld_NothingIsChanged()
    {
        _sources["n1"].Opened = () => _time.Advance(TimeSpan.FromSeconds(11));
        await using var keeper = Keeper(() => true);
        await LookAsync(keeper);
        await ClosedAsync();
        Assert.All(_sources.Values, s => Assert.Equal(0, s.Count(SlotSql.Create)));
    }

    [Fact]
    public async Task Dispose_AmidALook_ClosesEverySession()
    {
        _sources["n3"].Hangs = true;
        var keeper = Keeper(() => true);
        await LookAsync(keeper);
        await UntilAsync(() => _sources["n1"].Count(SlotSql.Read) == 1 && _sources["n2"].Count(SlotSql.Read) == 1);
        await keeper.DisposeAsync();
        Assert.All(_sources.Values, s => Assert.True(s.Sessions.TrueForAll(x => x.IsClosed)));
    }

    [Fact]
    public async Task Look_SomethingUnexpected_TheNextOneIsMadeAllTheSame()
    {
        _sources["n1"].Fails = () => new InvalidCastException("a column of another type");
        await using var keeper = Keeper(() => true);
        await LookAsync(keeper);
        await ClosedAsync();
        _sources["n1"].Fails = null;
        await TickUntilAsync(() => _sources["n1"].Count(SlotSql.Create) > 0);
    }

    private SlotKeeper Keeper(Func<bool> coordinates) =>
        new([.. _sources.Keys.Select(n => new ConfiguredNode(n, n, 5432, 0))], n => _sources[n.Name], coordinates, _time, NullLogger.Instance);

    private async Task LookAsync(SlotKeeper keeper)
    {
        keeper.Start();
        await TickUntilAsync(() => _sources.Values.Any(s => s.Sessions.Count > 0));
    }

    private Task TickUntilAsync(Func<bool> condition) => UntilAsync(() =>
    {
        _time.Advance(TimeSpan.FromSeconds(10));
        return condition();
    });

    private Task AskedAsync(string node, string sql) => UntilAsync(() => _sources[node].Count(sql) > 0);

    private Task ClosedAsync() => UntilAsync(() => _sources.Values.All(s => s.Sessions.Count > 0 && s.Sessions.TrueForAll(x => x.IsClosed)));

    private static async Task UntilAsync(Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "it did not come true within 30 s");
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class Source : ISessionSource
    {
        private readonly List<Session> _sessions = [];

        internal Func<Exception>? Fails { get; set; }

        internal bool Hangs { get; set; }

        internal Action? Opened { get; set; }

        internal bool IsClosed { get; private set; }

        internal List<Session> Sessions
        {
            get
            {
                lock (_sessions)
                    return [.. _sessions];
            }
        }

        internal int Count(string sql) => Sessions.Sum(s => s.Count(sql));

        public Task<ISession> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken)
        {
            var session = new Session(this);
            lock (_sessions)
                _sessions.Add(session);
            Opened?.Invoke();
            return Task.FromResult<ISession>(session);
        }

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return default;
        }
    }

    private sealed class Session(Source source) : ISession
    {
        private readonly List<string> _asked = [];

        internal bool IsClosed { get; private set; }

        public bool IsUsable => !IsClosed;

        internal int Count(string sql)
        {
            lock (_asked)
                return _asked.Count(s => s == sql);
        }

        public async Task<T> QueryAsync<T>(string sql, Func<DbDataReader, T> read, TimeSpan timeout, CancellationToken cancellationToken, params object[] parameters)
        {
            lock (_asked)
                _asked.Add(sql);
            if (source.Hangs)
                await Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            if (source.Fails is { } fails)
                throw fails();
            using var row = sql == SlotSql.Read ? Reading() : Row(("has", typeof(bool), false));
            await row.ReadAsync(cancellationToken);
            return read(row);
        }

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return default;
        }

        /// <summary>A standby that has a slot for one of the two others.</summary>
        private static DataTableReader Reading() => Row(
            ("in_recovery", typeof(bool), true), ("primary_slot_name", typeof(string), ""), ("may", typeof(bool), true), ("limit", typeof(long), 1024L), ("segment", typeof(long), 16L * 1024 * 1024),
            ("most", typeof(int), 10), ("idle", typeof(bool), false), ("position", typeof(NpgsqlLogSequenceNumber), new NpgsqlLogSequenceNumber(1)), ("redo", typeof(NpgsqlLogSequenceNumber), new NpgsqlLogSequenceNumber(1)),
            ("physical", typeof(string), """[["haconnect_n1",false,"0/1",false,false],["haconnect_n2",false,"0/1",null,false]]"""), ("logical", typeof(string), """[["cdc",true,true]]"""), ("senders", typeof(string), """[["n1","0/1"]]"""), ("version", typeof(int), 150018));

        private static DataTableReader Row(params (string Name, Type Type, object Value)[] columns)
        {
            using var table = new DataTable { Locale = System.Globalization.CultureInfo.InvariantCulture };
            foreach (var (name, type, _) in columns)
                table.Columns.Add(name, type);
            table.Rows.Add([.. columns.Select(c => c.Value)]);
            return table.CreateDataReader();
        }
    }
}
