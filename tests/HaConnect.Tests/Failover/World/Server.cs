using System.Collections.Immutable;
using HaConnect.Failover;
using HaConnect.Failover.Manual;
using HaConnect.Failover.Promotion;
using HaConnect.Failover.Switchover;
using HaConnect.Probing;

namespace HaConnect.Tests.Failover.World;

/// <summary>A PostgreSQL server as far as the failover protocol touches it. Its log is the WAL; terms are read from what it holds.</summary>
internal sealed class Server(Voter voter)
{
    internal Voter Voter => voter;

    internal string Name => voter.Name;

    internal bool IsAlive { get; set; } = true;

    internal bool InRecovery { get; set; }

    /// <summary>Who holds its advisory lock.</summary>
    internal Driver? LockHolder { get; set; }

    internal Register? Register { get; set; }

    internal string SynchronousNames { get; set; } = "";

    internal bool RefusesWrites { get; set; }

    /// <summary>A switchover that was asked for, and what has become of it.</summary>
    internal SwitchoverRequest? Request { get; set; }

    internal string? Outcome { get; set; }

    internal ManualFailover? Manual { get; set; }

    internal Pauses Pauses { get; set; } = Pauses.None;

    /// <summary>The node its <c>primary_conninfo</c> leads to; empty when cut off.</summary>
    internal string Upstream { get; set; } = "";

    internal ImmutableArray<Entry> Log { get; set; } = [];

    internal TermRow? Newest => Rows().MaxBy(r => r.Term);

    internal TermRow? Established => Rows().Where(r => r.IsEstablished).MaxBy(r => r.Term);

    internal bool Streams(Server from) =>
        IsAlive && InRecovery && Upstream == from.Name && from is { IsAlive: true, InRecovery: false } && Log.Length <= from.Log.Length && from.Log.AsSpan(0, Log.Length).SequenceEqual(Log.AsSpan());

    /// <summary>Those that stream from it and have flushed this much.</summary>
    internal int Flushed(IEnumerable<Server> all, IReadOnlyCollection<string> names, int length) =>
        all.Count(s => names.Contains(s.Name) && s.Streams(this) && s.Log.Length >= length);

    internal VoterRecord Record(FailoverSettings settings, DateTime now = default, IEnumerable<Server>? all = null) => new()
    {
        Streaming = InRecovery || all is null ? [] : [.. all.Where(s => s.Streams(this)).Select(s => s.Name)],
        Receiving = InRecovery || all is null ? [] : [.. all.Where(s => s.Streams(this)).Select(s => s.Name)],
        InRecovery = InRecovery,
        SystemIdentifier = voter.IsWitness ? 1UL : Given.SystemId,
        Register = Register?.Node == Name ? Register : null,
        NewestTerm = Newest,
        EstablishedTerm = Established,
        StoredVoters = Newest is null ? null : [.. settings.Voters.Select(v => v.Name)],
        StoredControlDatabase = Newest is null ? null : settings.ControlDatabase,
        VersionNumber = 150018,
        WalReceiverTimeout = TimeSpan.FromSeconds(2),
        Clock = now,
        Failovers = [.. Failovers().Reverse()],
        RefusesWrites = RefusesWrites,
        Pauses = Pauses,
        Manual = Manual,
        Request = InRecovery ? null : Request,
        SynchronousNamesText = SynchronousNames,
        SynchronousNames = HaConnect.Failover.Promotion.SynchronousNames.Parse(SynchronousNames),
        PrimaryConninfo = Upstream.Length == 0 ? "" : settings.Conninfo.Build(Name, Upstream),
    };

    internal StandbyPosition Position => new(Newest, (ulong)Log.Length, (ulong)Log.Length);

    private IEnumerable<DateTime> Failovers()
    {
        var rows = Log.Where(e => e.Row is not null).OrderBy(e => e.Row!.Term).ToList();
        return rows.Where((e, i) => e.Reason is "Failover" or "Adopt" && i > 0 && e.Row!.Primary != rows[i - 1].Row!.Primary).Select(e => e.At);
    }

    private IEnumerable<TermRow> Rows() =>
        Log.Where(e => e.Row is not null).Select(e => e.Row! with { IsEstablished = Log.Any(m => m.Marks == e.Row.Term) });

    /// <summary>A piece of WAL: a client's write, the row of a term, or its mark.</summary>
    internal sealed record Entry(int Id, TermRow? Row = null, long? Marks = null, DateTime At = default, string Reason = "");
}
