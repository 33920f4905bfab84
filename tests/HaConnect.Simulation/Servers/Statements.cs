using HaConnect.Failover;
using HaConnect.Failover.Promotion;
using HaConnect.Failover.Switchover;
using HaConnect.Probing;
using HaConnect.Simulation.Network;
using HaConnect.Simulation.Running;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Simulation.Servers;

/// <summary>What each statement of a lock session does at a server. The texts are the shipped ones; what is not known here is an error.</summary>
internal sealed class Statements(World world)
{
    private static readonly string[] s_ended = ["process 1 of app"];

    private readonly Dictionary<string, Func<ServerProcess, SimSession, object[], SimRow>> _fixed = new(ReferenceEqualityComparer.Instance)
    {
        [ControlSql.TryLock] = TryLock,
        [ControlSql.Renew] = static (_, _, _) => new SimRow(1),
        [ControlSql.ReadRegister] = static (p, s, _) => new SimRow(RegisterFor(p, s)),
        [ControlSql.ReadServer] = static (_, _, _) => new SimRow(150_018, Array.Empty<string>()),
        [ControlSql.HasSchema] = static (p, _, _) => new SimRow(p.Terms.HasSchema),
        [ControlSql.ReadSettings] = ReadSettings,
        [ControlSql.ReadTerms] = ReadTerms,
        [ControlSql.CutOffState] = static (p, _, _) => new SimRow(LooksCutOff(p, p.Setting("primary_conninfo").Length == 0 && p.Startup.Receiver is null), LooksCutOff(p, p.Startup.IsIdle), p.Startup.IsPaused, Delay(p)),
        [ControlSql.Position] = ReadPosition,
        [ControlSql.Verify] = static (p, s, _) => new SimRow(p.InRecovery && LooksCutOff(p, p.Startup.Receiver is null), HoldsLock(p, s), RegisterFor(p, s)),
        [ControlSql.Promote] = Promote,
        [ControlSql.ResumeReplay] = ResumeReplay,
        [ControlSql.WrittenNames] = static (p, _, _) => new SimRow(NamesFor(p), p.Disk.Settings.GetValueOrDefault("synchronous_standby_names", "")),
        [ControlSql.NamesInForce] = NamesInForce,
        [ControlSql.Conninfo] = static (p, _, _) => new SimRow(p.Setting("primary_conninfo")),
        [ControlSql.InRecovery] = static (p, _, _) => new SimRow(p.InRecovery),
        [ControlSql.Reload] = Reload,
        [ControlSql.CreateSchema] = static (p, _, _) => RequirePrimary(p),
        [ControlSql.InsertTerm] = InsertTerm,
        [ControlSql.FlushedLsn] = static (p, _, _) => p.InRecovery ? throw SimSessionSource.Error("55000", "recovery is in progress") : new SimRow(Lsn(p.Disk.Flushed)),
        [ControlSql.Flushed] = Flushed,
        [ControlSql.MarkEstablished] = static (p, s, parameters) => MarkEstablished(p, s, (long)parameters[0], parameters[1], request: null),
        [ControlSql.MarkEstablishedAndEnd] = static (p, s, parameters) => MarkEstablished(p, s, (long)parameters[3], parameters[4], (long)parameters[0]),
        [ControlSql.InsertAudit] = InsertAudit,
        [ControlSql.Now] = static (p, _, _) => new SimRow(Time(p, p.Server.World.Scheduler.Now)),
        [ControlSql.LoadTime] = static (p, _, _) => new SimRow(Time(p, p.LoadedAt)),
        [ControlSql.CreateRequests] = static (p, _, _) => RequirePrimary(p),
        [ControlSql.AskForSwitchover] = AskForSwitchover,
        [ControlSql.HasRequests] = static (p, _, _) => new SimRow(p.Terms.HasSchema),
        [ControlSql.ReadRequest] = static (p, _, _) => p.Terms.Request is { } r ? new SimRow(r.Id, p.Terms.TermOf(r), r.Target, r.DrainTimeout.TotalSeconds, r.Terminates) : SimRow.None,
        [ControlSql.HasPauses] = static (_, _, _) => new SimRow(false),
        [ControlSql.StartRequest] = StartRequest,
        [ControlSql.SealRequest] = static (p, _, _) => Write(p, new WalEntry()),
        [ControlSql.EndRequest] = static (p, _, parameters) => Write(p, new WalEntry { RequestEnded = (long)parameters[0] }),
        [ControlSql.ResetRegister] = static (_, _, _) => SimRow.None,
        [ControlSql.IsWorthSwitching] = static (p, _, _) => p.InRecovery ? throw SimSessionSource.Error("55000", "recovery is in progress") : new SimRow(true),
        [ControlSql.SwitchWal] = static (p, _, _) => Write(p, new WalEntry()),
        [ControlSql.UnawareInstances] = static (p, _, parameters) => new SimRow(Probes(p).Count(x => Time(p, x.LastProbe.At) <= (DateTime)parameters[0])),
        [ControlSql.Undrained] = Undrained,
        [ControlSql.TerminateOpen] = TerminateOpen,
        [ControlSql.RecordEnded] = static (p, _, _) => Write(p, new WalEntry()),
        [ControlSql.Lag] = static (p, _, _) => new SimRow(ReceivedLsn(p) ?? default, Lsn(p.Replayed)),
        [ControlSql.HasReplayed] = static (p, _, parameters) => new SimRow(Wal.Lsn(p.Replayed) >= (ulong)(NpgsqlLogSequenceNumber)parameters[0]),
        [ControlSql.AllowWrites] = AllowWrites,
        [ControlSql.TerminateClients] = TerminateClients,
        [WitnessControl.HasTable] = static (p, _, _) => new SimRow(p.Server.WitnessRegister is not null),
        [WitnessControl.CreateTable] = CreateWitnessTable,
        [WitnessControl.Read] = static (p, _, _) => new SimRow(p.Server.WitnessRegister is { Length: > 0 } register ? register : null),
        [WitnessControl.Write] = WriteWitness,
        [WitnessControl.SystemIdentifier] = static (_, _, _) => new SimRow("2"),
        [WitnessControl.HoldsLock] = static (p, s, _) => new SimRow(p.LockHolder == s),
    };

    /// <summary>A statement has arrived at the host: it runs if its session is still alive there, in its turn.</summary>
    internal void Arrived(SimSession session, string sql, object[] parameters, SimSession.ICall call)
    {
        world.Faults.StatementArrives(session, sql);
        session.Run(call, s =>
        {
            try
            {
                s.Answer(call, Execute(s, sql, parameters));
            }
            catch (PostgresException e)
            {
                s.Refuse(call, e);
            }
        });
    }

    private SimRow Execute(SimSession session, string sql, object[] parameters)
    {
        if (_fixed.TryGetValue(sql, out var statement))
        {
            if (world.IsTracing && !ReferenceEquals(sql, ControlSql.Renew))
                world.Trace($"    {session.Process.Server.Name} runs for {session.Instance.Name}: {Summary(sql, parameters)}");
            return statement(session.Process, session, parameters);
        }

        if (sql.StartsWith("ALTER SYSTEM SET ", StringComparison.Ordinal))
            return AlterSystem(session.Process, session, sql["ALTER SYSTEM SET ".Length..]);
        if (sql.StartsWith("SET haconnect.term = ", StringComparison.Ordinal))
        {
            session.HasSetRegister = true;
            return SimRow.None;
        }

        if (sql.StartsWith(ControlSql.MissingPrivileges, StringComparison.Ordinal))
            return new SimRow([Array.Empty<string>()]);
        throw new NotSupportedException($"The simulated servers do not know this statement: {sql}");
    }

    private static SimRow TryLock(ServerProcess p, SimSession s, object[] parameters)
    {
        p.LockHolder ??= s;
        return new SimRow(p.LockHolder == s);
    }

    private static SimRow ReadSettings(ServerProcess p, SimSession s, object[] parameters) => new(
        p.InRecovery, "1", RegisterFor(p, s), p.Setting("synchronous_standby_names"), p.Setting("primary_conninfo"), "", Array.Empty<string>(), WalReceiver.Timeout / 1e6,
        p.Disk.Settings.GetValueOrDefault("default_transaction_read_only") == "on", p.Loaded.GetValueOrDefault("haconnect.term"),
        p.InRecovery ? [] : p.Senders.Where(x => x.IsStreaming).Select(x => x.StandbyName).ToArray(), null,
        p.Senders.Where(x => x.IsStreaming).Select(x => x.StandbyName).ToArray());

    private static SimRow ReadTerms(ServerProcess p, SimSession s, object[] parameters)
    {
        var row = (bool)parameters[0] ? p.Terms.Newest : p.Terms.Established;
        return row is null
            ? SimRow.None
            : new SimRow(row.Term, row.Primary, row.SynchronousStandbys.ToArray(), row.Required, row.IsEstablished, p.Server.World.VoterNames, "postgres", Time(p, p.Server.World.Scheduler.Now), Array.Empty<DateTime>());
    }

    private static SimRow Promote(ServerProcess p, SimSession s, object[] parameters)
    {
        var (register, position, names) = ((string)parameters[2], (ulong)(NpgsqlLogSequenceNumber)parameters[3], (string)parameters[4]);
        var holds = p.InRecovery && LooksCutOff(p, p.Startup.Receiver is null) && HoldsLock(p, s) && RegisterFor(p, s) == register
            && Math.Max((ulong)(ReceivedLsn(p) ?? default), Wal.Lsn(p.Replayed)) >= position && NamesFor(p) == names;
        if (!holds)
            return SimRow.None;
        p.Server.World.Judge.Promoting(p, s, Register.Parse(register)!.Term);
        p.Promote();
        return new SimRow(true);
    }

    private static SimRow ResumeReplay(ServerProcess p, SimSession s, object[] parameters)
    {
        if (!p.InRecovery)
            throw SimSessionSource.Error("55000", "recovery is not in progress");
        if (p.IsPromoting)
            throw SimSessionSource.Error("55000", "standby promotion is ongoing");
        p.Startup.Resume();
        return SimRow.None;
    }

    private static SimRow Reload(ServerProcess p, SimSession s, object[] parameters)
    {
        p.Reload();
        return new SimRow(true);
    }

    private static SimRow InsertTerm(ServerProcess p, SimSession s, object[] parameters)
    {
        RequirePrimary(p);
        var term = (long)parameters[0];
        if (p.Terms.Rows.ContainsKey(term))
            throw SimSessionSource.Error("23505", "duplicate key value violates unique constraint \"term_pkey\"");
        p.Server.World.Judge.Effect(p, s, "INSERT INTO haconnect.term");
        p.Append(new WalEntry { Row = new TermRow(term, (string)parameters[1], (string[])parameters[2], (int)parameters[3], IsEstablished: false), RowVoters = string.Join(',', (string[])parameters[4]) }, flushNow: true);
        return SimRow.None;
    }

    private static SimRow Flushed(ServerProcess p, SimSession s, object[] parameters)
    {
        var (names, lsn) = ((string[])parameters[0], (ulong)(NpgsqlLogSequenceNumber)parameters[1]);
        return new SimRow(p.Senders.Where(x => x.IsStreaming && names.Contains(x.StandbyName) && Wal.Lsn(x.Flushed) >= lsn).Select(x => x.StandbyName).Distinct().Count());
    }

    private static SimRow MarkEstablished(ServerProcess p, SimSession s, long term, object lsn, long? request)
    {
        RequirePrimary(p);
        p.Server.World.Judge.Effect(p, s, "UPDATE haconnect.term");
        p.Server.World.Judge.Established(p, term, Wal.Index((ulong)(NpgsqlLogSequenceNumber)lsn));
        p.Append(new WalEntry { Mark = term, RequestEnded = request ?? 0 }, flushNow: true);
        return SimRow.None;
    }

    private static SimRow InsertAudit(ServerProcess p, SimSession s, object[] parameters)
    {
        RequirePrimary(p);
        p.Append(new WalEntry(), flushNow: true);
        return SimRow.None;
    }

    private static SimRow AskForSwitchover(ServerProcess p, SimSession s, object[] parameters)
    {
        var request = new SwitchoverRequest(p.Terms.LastRequest + 1, (long)parameters[0], (string)parameters[1], (TimeSpan)parameters[2], (bool)parameters[3]);
        Write(p, new WalEntry { Request = request });
        return new SimRow(request.Id);
    }

    private static SimRow StartRequest(ServerProcess p, SimSession s, object[] parameters)
    {
        if (p.Terms.Request?.Id != (long)parameters[0])
            return SimRow.None;
        Write(p, new WalEntry { RequestStarted = (long)parameters[0] });
        return new SimRow((long)parameters[0]);
    }

    private static SimRow Undrained(ServerProcess p, SimSession s, object[] parameters)
    {
        var (since, closedAt) = ((DateTime)parameters[0], (DateTime)parameters[1]);
        var unaware = closedAt == DateTime.MaxValue ? Probes(p).Count(x => Time(p, x.LastProbe.At) <= since || !x.LastProbe.IsHeld) : 0;
        return new SimRow(unaware + p.Commits.CountBefore(Microseconds(closedAt)), "some");
    }

    private static IEnumerable<SimSession> Probes(ServerProcess p) => p.Sessions.Where(x => x.IsProbe && x.LastProbe.At > p.Server.World.Scheduler.Now - 10_000_000);

    private static long Microseconds(DateTime time) => (long)(time - SimServer.Epoch).TotalMicroseconds;

    private static DateTime Time(ServerProcess p, long microseconds) => SimServer.Epoch.AddMicroseconds(microseconds);

    private static SimRow Write(ServerProcess p, WalEntry entry)
    {
        RequirePrimary(p);
        p.Append(entry, flushNow: true);
        return SimRow.None;
    }

    private static SimRow AllowWrites(ServerProcess p, SimSession s, object[] parameters)
    {
        p.Server.World.Judge.Effect(p, s, "ALTER SYSTEM RESET default_transaction_read_only");
        p.Disk.Settings.Remove("default_transaction_read_only");
        return SimRow.None;
    }

    private static SimRow TerminateClients(ServerProcess p, SimSession s, object[] parameters)
    {
        var before = Microseconds((DateTime)parameters[0]);
        var clients = p.Sessions.Where(x => x.IsClient && x.BegunAt < before).ToList();
        foreach (var client in clients)
            client.BreakFromServer();
        p.Commits.TerminateBefore(before);
        return new SimRow(clients.Count);
    }

    private static SimRow TerminateOpen(ServerProcess p, SimSession s, object[] parameters)
    {
        p.Commits.TerminateBefore(Microseconds((DateTime)parameters[0]));
        return new SimRow((object)s_ended);
    }

    private static SimRow NamesInForce(ServerProcess p, SimSession s, object[] parameters)
    {
        var bearers = (string[])parameters[0];
        var counted = p.Senders.Any(x => x.IsSynchronous && !bearers.Contains(x.StandbyName));
        return Broken(p, Breaks.NamesShownForInForce) ? new SimRow(NamesFor(p), false, true, false) : new SimRow(NamesFor(p), counted, p.Checkpointer.LooksIdle, false);
    }

    private static SimRow CreateWitnessTable(ServerProcess p, SimSession s, object[] parameters)
    {
        p.Server.WitnessRegister ??= "";
        return SimRow.None;
    }

    private static SimRow WriteWitness(ServerProcess p, SimSession s, object[] parameters)
    {
        p.Server.World.Judge.Effect(p, s, "the register");
        p.Server.World.Judge.RegisterWritten(p.Server, p.Server.WitnessRegister, (string)parameters[1]);
        p.Server.WitnessRegister = (string)parameters[1];
        return SimRow.None;
    }

    private SimRow AlterSystem(ServerProcess p, SimSession s, string assignment)
    {
        var equals = assignment.IndexOf(" = ", StringComparison.Ordinal);
        var (name, literal) = (assignment[..equals], assignment[(equals + 3)..]);
        var value = literal.StartsWith('\'') ? literal[1..^1].Replace("''", "'", StringComparison.Ordinal) : literal;
        if (name == "haconnect.term" && !s.HasSetRegister && !p.Loaded.ContainsKey(name))
            throw SimSessionSource.Error("42704", "unrecognized configuration parameter \"haconnect.term\"");
        if (p.Disk.IsFull)
            throw SimSessionSource.Error("53100", "could not write to file \"postgresql.auto.conf.tmp\": No space left on device");
        world.Judge.Effect(p, s, $"ALTER SYSTEM SET {name}");
        if (name == "haconnect.term")
        {
            s.WrittenRegister = value;
            if (Register.Parse(value) is { Phase: RegisterPhase.Promised })
                s.PositionAtPromise = (ReceivedLsn(p), Lsn(p.Replayed), p.Terms.Newest);
            world.Judge.RegisterWritten(p.Server, p.Disk.Settings.GetValueOrDefault(name), value);
        }
        else if (name == "default_transaction_read_only" || SynchronousNames.IsClosed(value))
        {
            world.Judge.Fencing(p, s);
        }
        else
        {
            world.Judge.Repointed(p, s, name);
        }

        if (world.IsTracing)
            world.Trace($"    {p.Server.Name} sets for {s.Instance.Name}: {name} = {value}");
        if (name == "synchronous_standby_names" && p.InRecovery && world.Config.DoesBreak(Breaks.NoPreset))
            p.NamesForLater = value;
        else
            p.Disk.Settings[name] = value;
        return SimRow.None;
    }

    private static SimRow ReadPosition(ServerProcess p, SimSession s, object[] parameters) => Broken(p, Breaks.PositionBeforeCutOff) && s.PositionAtPromise is var (received, replayed, _)
        ? new SimRow(true, received, replayed, true, false, "0")
        : new SimRow(LooksCutOff(p, p.Startup.Receiver is null), ReceivedLsn(p), Lsn(p.Replayed), LooksCutOff(p, p.Startup.IsIdle), p.Startup.IsPaused, Delay(p));

    private static bool Broken(ServerProcess p, Breaks rule) => p.Server.World.Config.DoesBreak(rule);

    private static bool LooksCutOff(ServerProcess p, bool isCutOff) => isCutOff || Broken(p, Breaks.NoWaitForReceiver);

    private static bool HoldsLock(ServerProcess p, SimSession s) => p.LockHolder == s || Broken(p, Breaks.OutsideLockSession);

    private static string? RegisterFor(ServerProcess p, SimSession s) => Broken(p, Breaks.NoPromise) ? s.WrittenRegister : p.Disk.Settings.GetValueOrDefault("haconnect.term");

    private static string NamesFor(ServerProcess p) => p.NamesForLater ?? p.Setting("synchronous_standby_names");

    private static SimRow RequirePrimary(ServerProcess p) =>
        p.InRecovery ? throw SimSessionSource.Error("25006", "cannot execute in a read-only transaction") : SimRow.None;

    private static NpgsqlLogSequenceNumber? ReceivedLsn(ServerProcess p) => p.Startup.Received is { } received ? new NpgsqlLogSequenceNumber(received) : null;

    private static NpgsqlLogSequenceNumber Lsn(int index) => new(Wal.Lsn(index));

    private static string Delay(ServerProcess p) => p.Setting("recovery_min_apply_delay") is { Length: > 0 } delay ? delay : "0";

    private static string Summary(string sql, object[] parameters)
    {
        var line = sql.ReplaceLineEndings(" ");
        return $"{(line.Length > 70 ? line[..70] + "…" : line)} [{string.Join(", ", parameters)}]";
    }
}
