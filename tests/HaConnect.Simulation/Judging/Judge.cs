using HaConnect.Failover;
using HaConnect.Failover.Promotion;
using HaConnect.Probing;
using HaConnect.Simulation.Instances;
using HaConnect.Simulation.Network;
using HaConnect.Simulation.Running;
using HaConnect.Simulation.Servers;

namespace HaConnect.Simulation.Judging;

/// <summary>Sees everything, and checks what must hold at every moment at which it could break. The first violation ends the run.</summary>
internal sealed class Judge(World world)
{
    private readonly List<(WalEntry Entry, int Index, long Term, SimServer Server)> _released = [];
    private readonly Dictionary<long, (SimServer Server, string Instance)> _promoted = [];
    private readonly Dictionary<long, (SimServer Server, TermRow Row)> _established = [];
    private readonly Dictionary<SimServer, long> _terms = []; // the newest under which each was promoted or established
    private readonly HashSet<(SimServer Server, long Term)> _fencedOutside = [];
    private readonly ReadJudge _reads = new();

    internal Violation? Violation { get; private set; }

    internal int Promotions => _promoted.Count;

    internal int Acked { get; private set; }

    internal int Reads { get; private set; }

    internal int Releases => _released.Count;

    internal long LastAckAt { get; private set; }

    /// <summary>The longest time without an ack to any client.</summary>
    internal long LongestGap { get; private set; }

    /// <summary>Writes that a server refused as read-only.</summary>
    internal int Refused { get; set; }

    internal long NewestTerm { get; private set; }

    internal SimServer? EstablishedPrimary { get; private set; }

    internal void Violated(string invariant, string what)
    {
        if (Violation is not null || (world.Config.JudgesHarmOnly && invariant is not (Invariants.NoLostAck or Invariants.AtMostOneAckingPrimary or Invariants.ReadBound)))
            return;
        Violation = new Violation(invariant, what, world.Scheduler.Now);
        world.Trace($"VIOLATION of {invariant}: {what}");
    }

    /// <summary>A server counts a commit as confirmed, by these names: whoever asked for it is told so, be it late.</summary>
    internal void Released(ServerProcess process, int index, WalEntry entry, SynchronousNames? names)
    {
        if (entry.Write == 0)
            return;
        if (entry.ReleasedAt < 0)
            entry.ReleasedAt = world.Scheduler.Now;
        _released.Add((entry, index, _terms.GetValueOrDefault(process.Server), process.Server));
        if (world.Config.Required == 0 || (names is null && MayAckAlone(process.Server)))
            return;
        var holders = 0;
        if (names is not null)
        {
            foreach (var standby in world.DataNodes)
            {
                if (Holds(standby, index, entry) && (names.Names.Contains(standby.Name) || Joins(process, standby)))
                    holders++;
            }
        }

        if (names is null || holders < 1 || holders + CountedTwice(process, names) < names.Required)
        {
            Violated(Invariants.NoUnbackedAck, names is null
                ? $"{process.Server.Name} acked write {entry.Write} without synchronous standby names"
                : $"{process.Server.Name} acked write {entry.Write}, which only {holders} of its synchronous standbys {string.Join(", ", names.Names)} have flushed");
        }

        if (EstablishedPrimary is { } primary && _terms.GetValueOrDefault(process.Server) < NewestTerm && !Holds(primary, index, entry))
            Violated(Invariants.AtMostOneAckingPrimary, $"{process.Server.Name} acked write {entry.Write} although {primary.Name} is the established primary of term {NewestTerm} and does not have it");
    }

    /// <summary>While names are being added, one sender may count the standby of another that has read them earlier.</summary>
    private static bool Joins(ServerProcess process, SimServer standby) =>
        SynchronousNames.Parse(process.Disk.Settings.GetValueOrDefault("synchronous_standby_names", ""))?.Names.Contains(standby.Name) == true;

    /// <summary>A majority has accepted it in a term of its own; that nobody is promoted meanwhile is what the other checks see.</summary>
    private bool MayAckAlone(SimServer server) =>
        world.Config.DegradeAfter is not null && world.Servers.Count(s => RegisterOf(s)?.Accepted.Node == server.Name) > world.Config.Voters / 2;

    /// <summary>A standby that has reconnected counts twice until the end of its old connection is noticed.</summary>
    private static int CountedTwice(ServerProcess process, SynchronousNames names)
    {
        var connections = process.Senders.Where(s => s.IsStreaming && names.Names.Contains(s.StandbyName)).Select(s => s.StandbyName).ToList();
        return connections.Count - connections.Distinct().Count();
    }

    /// <summary>A client of HaConnect saw its commit succeed.</summary>
    internal void ClientAcked(WalEntry entry)
    {
        Acked++;
        if (LastAckAt > 0)
            LongestGap = Math.Max(LongestGap, world.Scheduler.Now - LastAckAt);
        LastAckAt = entry.AckedAt = world.Scheduler.Now;
        if (entry.ReleasedAt < 0 && world.Config.Required > 0)
            Violated(Invariants.NoUnbackedAck, $"a client saw write {entry.Write} acked, for which no standby was waited");
        _reads.Acked(entry);
    }

    /// <summary>A write that HaConnect has routed is about to be done.</summary>
    internal void Served(SimInstance instance, ServerProcess process, long? term)
    {
        if (term is { } routed && !_established.ContainsKey(routed))
            Violated(Invariants.EstablishBeforeServe, $"{instance.Name} was routed to {process.Server.Name} under term {routed}, which is not established");
    }

    internal void Read(SimInstance instance, ServerProcess process, long oldest)
    {
        Reads++;
        if (world.Config.Required > 0 && _reads.Missing(process, oldest) is { } missed)
        {
            Violated(Invariants.ReadBound, $"{instance.Name} read from {process.Server.Name} and missed write {missed.Write}, which was acked at {missed.AckedAt / 1e6:0.000000}, "
                + $"{(oldest - missed.AckedAt) / 1e6:0.000} s longer ago than the bound allows");
        }
    }

    /// <summary>A statement that changes a server.</summary>
    internal void Effect(ServerProcess process, SimSession session, string what)
    {
        if (process.LockHolder != session)
            Violated(Invariants.EffectInLockSession, $"{session.Instance.Name} ran {what} on {process.Server.Name} in a session that does not hold its lock");
    }

    internal void Repointed(ServerProcess process, SimSession session, string setting)
    {
        var register = Register.Parse(process.Disk.Settings.GetValueOrDefault("haconnect.term"));
        if (register?.Coordinator != session.Instance.Name || register.Node != process.Server.Name)
            Violated(Invariants.NoRepointBelowPromise, $"{session.Instance.Name} set {setting} on {process.Server.Name}, whose register says {register?.ToString() ?? "nothing"}");
    }

    /// <summary>A fence may hit neither the primary of the term in force nor a node that a later one may be about to promote.</summary>
    internal void Fencing(ServerProcess process, SimSession session)
    {
        var register = RegisterOf(process.Server);
        if (register is { Phase: RegisterPhase.Held } && register.Coordinator == session.Instance.Name)
            return; // a switchover closes the primary that it relieves
        if (process.Server == EstablishedPrimary || register?.Term > NewestTerm)
            Violated(Invariants.OldPrimariesFencedOnly, $"{session.Instance.Name} fenced {process.Server.Name}, {(process.Server == EstablishedPrimary ? "the primary" : $"whose register says {register}")}");
    }

    internal void RegisterWritten(SimServer server, string? before, string after)
    {
        if (Register.Parse(before) is { } was && was.Node == server.Name && Register.Parse(after)!.Term < was.Term)
            Violated(Invariants.TermMonotonic, $"the register of {server.Name} went from {before} to {after}");
    }

    /// <summary>The promoting statement has found that everything it checks holds.</summary>
    internal void Promoting(ServerProcess process, SimSession session, long term)
    {
        var server = process.Server;
        if (!_promoted.TryAdd(term, (server, session.Instance.Name)) && _promoted[term] != (server, session.Instance.Name))
            Violated(Invariants.OneLeaderPerTerm, $"term {term} promoted {_promoted[term].Server.Name} by {_promoted[term].Instance}, and now {server.Name} by {session.Instance.Name}");
        _terms[server] = Math.Max(_terms.GetValueOrDefault(server), term);
        world.Trace($"{session.Instance.Name} promotes {server.Name} in term {term}");

        // A coordinator that was overtaken may still promote: it is made harmless by the rest, not prevented.
        if (world.Servers.Any(s => RegisterOf(s)?.Term > term))
            return;
        if (_established.Count == 0)
            return;
        if (world.Config.FencesOutside && EstablishedPrimary is { } former && !_fencedOutside.Contains((former, NewestTerm)) && former.Disk.Settings.GetValueOrDefault("synchronous_standby_names") != SynchronousNames.Fenced(term))
            Violated(Invariants.FencedBeforePromotion, $"{server.Name} is promoted in term {term}, although {former.Name} was not fenced from outside");
        if (world.Config.Required == 0)
            return;
        var row = _established[NewestTerm].Row;
        var cutOff = world.DataNodes.Where(s => row.SynchronousStandbys.Contains(s.Name) && IsCutOff(s, term)).ToList();
        if (cutOff.Count < row.SynchronousStandbys.Count)
        {
            Violated(Invariants.RevocationQuorum, $"{server.Name} is promoted in term {term} with only {Names(cutOff)} cut off and bound by its promise, of {string.Join(", ", row.SynchronousStandbys)} with ANY {row.Required}");
        }

        var own = Position(server);
        foreach (var other in cutOff)
        {
            if (Position(other).CompareTo(own) > 0)
                Violated(Invariants.MaxLogChosen, $"{server.Name} at term {own.Term}, entry {own.Index} is promoted, although {other.Name} is at term {Position(other).Term}, entry {Position(other).Index}");
        }
    }

    /// <summary>Whoever asked for it is told that it takes no writes any more.</summary>
    internal void FencedOutside(SimServer server) => _fencedOutside.Add((server, NewestTerm));

    internal void LeftRecovery(ServerProcess process)
    {
        if (world.Config.Required > 0 && process.Checkpointer.Names is null)
            Violated(Invariants.SsnBeforePromote, $"{process.Server.Name} has left recovery without synchronous standby names: it acks alone");
    }

    /// <summary>The mark of a term is about to be written: every instance will serve it.</summary>
    internal void Established(ServerProcess process, long term, int rowIndex)
    {
        var row = process.Terms.Rows[term];
        var previous = EstablishedPrimary;
        if (_established.TryGetValue(term, out var before) && before.Server != process.Server)
            Violated(Invariants.AtMostOneAckingPrimary, $"term {term} was established for {before.Server.Name}, and now for {process.Server.Name}");
        if (process.Terms.Established?.Term > term)
            Violated(Invariants.TermMonotonic, $"{process.Server.Name} establishes term {term} after term {process.Terms.Established.Term}");
        var holders = world.DataNodes.Count(s => row.SynchronousStandbys.Contains(s.Name) && s.Disk.Flushed >= rowIndex && s.Disk.Wal[rowIndex - 1] == process.Disk.Wal[rowIndex - 1]);
        if (holders < row.Required)
            Violated(Invariants.EstablishBeforeServe, $"term {term} is marked established, but its row was flushed by {holders} of {string.Join(", ", row.SynchronousStandbys)}");
        _established[term] = (process.Server, row);
        _terms[process.Server] = Math.Max(_terms.GetValueOrDefault(process.Server), term);
        world.Trace($"term {term} is established: {process.Server.Name}");

        // A server that was frozen when it was told: nobody who knows of the later term believes it, and it can ack nothing any more.
        if (term < NewestTerm)
            return;
        (NewestTerm, EstablishedPrimary) = (term, process.Server);
        CheckNothingLost(process.Server, term, $"{process.Server.Name} is established in term {term}");
        if (previous is not null && previous.Disk.Settings.GetValueOrDefault("synchronous_standby_names") == SynchronousNames.Fenced(term))
            CheckAllTakenOver(previous, process.Server, term);
        if (before != default || previous is null || previous == process.Server)
            return;
        if (world.Config.DoesBreak(Breaks.NamesClearedOnOldPrimary))
        {
            previous.Disk.Settings["synchronous_standby_names"] = "";
            previous.Process?.Reload();
        }

        if (world.Config.DoesBreak(Breaks.CancelOnOldPrimary))
            previous.Process?.Commits.CancelAll();
    }

    internal void Rejoining(SimServer node, SimServer onto)
    {
        if (onto != EstablishedPrimary)
            Violated(Invariants.NoRewindBeforeEstablish, $"{node.Name} is rebuilt from {onto.Name}, which is not established");
    }

    /// <summary>What was acked under a later term is not meant: a mark can come late, from a server that was frozen.</summary>
    internal void CheckNothingLost(SimServer primary, long term, string when)
    {
        if (world.Config.Required == 0)
            return;
        foreach (var (entry, index, under, _) in _released)
        {
            if (under <= term && !Holds(primary, index, entry, flushed: false))
            {
                Violated(Invariants.NoLostAck, $"{when} without write {entry.Write}, acked at {entry.ReleasedAt / 1e6:0.000000}");
                return;
            }
        }
    }

    /// <summary>A switchover loses nothing, with asynchronous replication either.</summary>
    private void CheckAllTakenOver(SimServer former, SimServer primary, long term)
    {
        if (_released.Find(r => r.Server == former && r.Term == _terms.GetValueOrDefault(former) && !Holds(primary, r.Index, r.Entry, flushed: false)) is { Entry: not null } lost)
            Violated(Invariants.NoLostAck, $"{primary.Name} has taken over from {former.Name} in term {term} without write {lost.Entry.Write}, acked there at {lost.Entry.ReleasedAt / 1e6:0.000000}");
    }

    private static bool Holds(SimServer server, int index, WalEntry entry, bool flushed = true) =>
        (flushed ? server.Disk.Flushed : server.Disk.Wal.Count) >= index && server.Disk.Wal[index - 1] == entry;

    private static bool IsCutOff(SimServer server, long term) =>
        RegisterOf(server)?.Term == term && server.Disk.IsStandby && server.Disk.Settings.GetValueOrDefault("primary_conninfo", "").Length == 0
        && server.Process?.Startup.Receiver is null;

    private static Register? RegisterOf(SimServer server) =>
        Register.Parse(server.IsWitness ? server.WitnessRegister : server.Disk.Settings.GetValueOrDefault("haconnect.term")) is { } register && register.Node == server.Name ? register : null;

    private static (long Term, int Index) Position(SimServer server)
    {
        for (var i = server.Disk.Flushed - 1; i >= 0; i--)
        {
            if (server.Disk.Wal[i].Row is { } row)
                return (row.Term, server.Disk.Flushed);
        }

        return (0, server.Disk.Flushed);
    }

    private static string Names(List<SimServer> servers) => servers.Count == 0 ? "none" : string.Join(", ", servers.Select(s => s.Name));
}
