using System.Globalization;
using Npgsql;

namespace HaConnect.Operations.Rejoining;

/// <summary>Brings one node back behind the primary: see <see cref="Rejoin"/>.</summary>
internal sealed class Rejoiner(RejoinOrder order, IServerHost host, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>A start that leads nowhere is not waited for as long as a base backup is.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DataFolder _folder = new(order.DataDirectory, host);

    private string[] NoSync => order.Syncs ? [] : ["--no-sync"];

    internal async Task<RejoinResult> RunAsync(CancellationToken cancellationToken)
    {
        var primary = await PrimaryServer.FindAsync(order.Node, order.Others, order.Sql, time, cancellationToken).ConfigureAwait(false);
        await using var _ = primary.ConfigureAwait(false);
        if (order.OwnFilesOfNewNode is not null && !_folder.IsAbsentOrEmpty)
            throw new RejoinRefusedException($"{order.DataDirectory} is not empty, and a new standby is made in an empty folder only. Give another, or empty it; a node that was there before is brought back by rejoin.");
        _folder.RequireRoomBeside();
        _folder.Swap.Recover();
        if (!_folder.HasData && !_folder.IsAbsentOrEmpty)
            throw new RejoinRefusedException($"{order.DataDirectory} is not empty and holds no data folder of PostgreSQL (it has no PG_VERSION). Correct DataDirectory.");
        var wasRunning = _folder.HasData && await host.IsRunningAsync(cancellationToken).ConfigureAwait(false);
        if (wasRunning && _folder.WasStandby && await primary.StreamsToAsync(order.Node, cancellationToken).ConfigureAwait(false))
            return Result(new RejoinPlan(RejoinMethod.Start, $"{order.Node} follows {primary.Node.Name} already"), primary, []);
        if (wasRunning)
        {
            Say($"stopping {order.Node}");
            await host.StopAsync(cancellationToken).ConfigureAwait(false);
        }

        RejoinFacts facts;
        try
        {
            using var survey = await RejoinSurvey.OfAsync(order, host, _folder, primary, cancellationToken).ConfigureAwait(false);
            facts = survey.Facts;
            await RefuseToLoseAsync(survey, primary, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (wasRunning)
        {
            await host.StartAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        // What is the node's own is read before anything is changed, or from where an interrupted rejoin has kept it.
        var own = _folder.Own.HasOwnFiles ? _folder.Own.ReadOwn() : facts.HasData ? _folder.ReadOwn() : _folder.Old.HasData ? _folder.Old.ReadOwn() : null;
        var plan = RejoinPlan.Of(order.Node, facts);
        if (plan.Method == RejoinMethod.Start && await StartAsync(plan, own, primary, cancellationToken).ConfigureAwait(false) is { } whyNot)
            plan = facts.Timeline == facts.PrimaryTimeline ? new RejoinPlan(RejoinMethod.BaseBackup, $"{order.Node} was started and does not follow: {whyNot}") : Instead(RejoinPlan.Of(order.Node, facts with { WasStandby = false }), whyNot);
        if (plan.Method == RejoinMethod.Rewind && await RewindAsync(plan, own, facts, primary, cancellationToken).ConfigureAwait(false) is { } why)
            plan = Instead(new RejoinPlan(RejoinMethod.BaseBackup, "pg_rewind did not help"), why);
        if (plan.Method == RejoinMethod.BaseBackup)
            await TakeBaseBackupAsync(plan, own, primary, cancellationToken).ConfigureAwait(false);
        _folder.Old.Delete(); // also of an earlier rejoin that was interrupted: what replaced it streams now
        _folder.New.Delete();
        _folder.Own.Delete();
        return Result(plan, primary, plan.Method == RejoinMethod.Start ? [] : await CreateSlotsAgainAsync(own?.Slots ?? [], cancellationToken).ConfigureAwait(false));
    }

    private async Task RefuseToLoseAsync(RejoinSurvey survey, PrimaryServer primary, CancellationToken cancellationToken)
    {
        var facts = survey.Facts;
        if (!facts.HasData || order.DiscardAckedWritesOf == order.Node)
            return;
        var register = (_folder.Own.HasOwnFiles ? _folder.Own : _folder).RegisterOf(order.Node);
        if (primary.Established is { } term && register is not null && register.Decided.Node == order.Node && register.Decided.Term > term.Term)
        {
            throw new RejoinRefusedException($"{order.Node} may have been promoted in term {register.Decided.Term}, which is later than term {term.Term} of {primary.Node.Name} and was never established: it may hold acked writes that no other node has. {Remedy()}");
        }

        if (primary.Established is { } known && register?.Term > known.Term)
            throw new RejoinRefusedException($"{order.Node} has promised term {register.Term}, but term {known.Term} of {primary.Node.Name} is the newest that can be seen from here: a later primary may be out of reach, or a failover under way. Wait until all nodes are in reach. {Remedy()}");
        if (primary.TooFewAnswer is { } tooFew)
            throw new RejoinRefusedException($"{tooFew}: a later primary may be out of reach. {Remedy()}");
        if (facts.RewindWasInterrupted)
            return; // there is nothing left to save, and it was looked at before
        if (facts.WasStandby && facts.Timeline > facts.PrimaryTimeline)
            throw new RejoinRefusedException($"{order.Node} was a standby on timeline {facts.Timeline}, later than timeline {facts.PrimaryTimeline} of {primary.Node.Name}: it followed a later primary. {Remedy()}");

        // Where standbys had to ack in its reign nothing was acked beyond the fork; and who is only started has nothing that the primary has not, where that was seen.
        var reign = primary.Reign ?? primary.Established;
        var hasTakenWritesAlone = reign is not { Required: > 0 } || (register?.Accepted.Node == order.Node && register.Accepted.Term > reign.Value.Term);
        if (!hasTakenWritesAlone || (facts.SharesHistory is true && RejoinPlan.Of(order.Node, facts).Method == RejoinMethod.Start))
            return;
        var losses = await survey.CountLossesAsync(cancellationToken).ConfigureAwait(false);
        if (!losses.AreNone)
            throw new RejoinRefusedException($"{losses.Tell(order.Node, primary.Node.Name)}, and no standby had to ack them, so that they may have been acked. {Remedy()}");
    }

    private string Remedy() => $"Save what is needed of them (pg_dump, from the server as it is), then ask again with DiscardAckedWritesOf = {order.Node}.";

    /// <returns>Null when it streams, else why not.</returns>
    private async Task<string?> StartAsync(RejoinPlan plan, DataFolder.OwnFiles? own, PrimaryServer primary, CancellationToken cancellationToken)
    {
        Say($"starting: {plan.Reason}");
        _folder.WriteOwn(own, order.Conninfo(primary.Node.Name));
        return await FollowAsync(primary, Patience, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> RewindAsync(RejoinPlan plan, DataFolder.OwnFiles? own, RejoinFacts facts, PrimaryServer primary, CancellationToken cancellationToken)
    {
        if (_folder.Old.HasData)
            return $"{_folder.Old.Path} is in its way"; // where it lies inside, pg_rewind would remove it
        Say($"rewinding: {plan.Reason}");
        await primary.CheckpointAsync(cancellationToken).ConfigureAwait(false);
        if (own is not null && !_folder.Own.HasOwnFiles)
            _folder.Own.Keep(own);
        _folder.MarkRewinding(isUnderWay: true);
        var source = LibpqConninfo.Of(host.AddressOf(primary.Node.Host), primary.Node.Port, order.Sql.Username!, order.Sql.Database, order.Sql.Password is null ? order.PassFile : null, order.SslMode);

        // A server that was killed is recovered first, for which its configuration is needed. Before 15 it cannot be told where that is.
        string[] configuration = order.ConfigFile is { } file && facts.Major >= 15 ? ["--config-file", file] : [];
        var (exitCode, output) = await host.RunAsync("pg_rewind", ["--target-pgdata", order.DataDirectory, "--source-server", source, .. configuration, .. NoSync], order.Sql.Password, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
            return $"pg_rewind failed: {output.Trim()}";
        _folder.DropSlots();
        _folder.WriteOwn(own, order.Conninfo(primary.Node.Name));
        _folder.MarkRewinding(isUnderWay: false);
        return await FollowAsync(primary, Patience, cancellationToken).ConfigureAwait(false);
    }

    private async Task TakeBaseBackupAsync(RejoinPlan plan, DataFolder.OwnFiles? own, PrimaryServer primary, CancellationToken cancellationToken)
    {
        if (_folder.HasData && _folder.Old.HasData)
            throw new RejoinRefusedException($"{plan.Reason}, so that a base backup is needed, but {_folder.Old.Path} is left of an earlier one that never streamed. Look which of the two folders is to be kept, move the other away, and ask again.");
        if (_folder.HasData && _folder.HasTablespaces)
            throw new RejoinRefusedException($"{plan.Reason}, so that a base backup is needed, but {order.Node} has tablespaces outside its data folder, which it would have to replace: take the base backup by hand (docs/operations/rejoin.md).");
        var wal = WalFolder.For(_folder.HasData ? _folder.WalLink : null, plan.Reason);
        Say($"taking a base backup: {plan.Reason}");
        _folder.New.Delete();
        wal?.Clear();
        var source = LibpqConninfo.Of(host.AddressOf(primary.Node.Host), primary.Node.Port, order.ReplicationUsername, null, order.PassFile, order.SslMode);
        string[] arguments = ["-D", _folder.New.Path, "-c", "fast", "-X", "stream", "-w", "-d", source, .. wal is null ? (string[])[] : ["--waldir", wal.Path], .. NoSync];
        var (exitCode, output) = await host.RunAsync("pg_basebackup", arguments, order.ReplicationPassword, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
            throw new InvalidOperationException($"pg_basebackup of {primary.Node.Name} failed; {order.Node} is stopped, and nothing that it holds was replaced by that: {output.Trim()}");
        _folder.New.WriteOwn(own ?? (order.OwnFilesOfNewNode is { } files ? _folder.New.OwnOfNew(files, order.Self.Port) : null), order.Conninfo(primary.Node.Name));
        _folder.Swap.Run();
        _folder.MarkRewinding(isUnderWay: false);
        if (await FollowAsync(primary, order.StreamTimeout, cancellationToken).ConfigureAwait(false) is { } whyNot)
            throw new TimeoutException($"{order.Node} was rebuilt from {primary.Node.Name}, but {whyNot}{(_folder.Old.HasData ? $"; its former data is kept in {_folder.Old.Path}" : "")}");
    }

    /// <summary>
    /// Of those that other nodes name the next failover needs them. Empty, so that they keep no WAL until somebody uses them. What was decoded and how far
    /// is lost with a logical one.
    /// </summary>
    private async Task<IReadOnlyList<string>> CreateSlotsAgainAsync(IReadOnlyList<SlotFile> slots, CancellationToken cancellationToken)
    {
        List<string> notes = [];
        foreach (var slot in slots)
        {
            if (slot.IsLogical)
            {
                notes.Add($"Logical replication slot {slot.Name} of {order.Node} is gone: who used it must begin anew, at the primary.");
                continue;
            }

            try
            {
                await PrimaryServer.CreateSlotAsync(order.Self, order.Sql, slot.Name, cancellationToken).ConfigureAwait(false);
                notes.Add($"Replication slot {slot.Name} of {order.Node} was created again, empty.");
            }
            catch (NpgsqlException e)
            {
                notes.Add($"Replication slot {slot.Name} of {order.Node} is gone, and could not be created again: {e.Message}");
            }
        }

        foreach (var note in notes)
            Say(note);
        return notes;
    }

    /// <returns>Null when it streams, else why not; it is stopped again then.</returns>
    private async Task<string?> FollowAsync(PrimaryServer primary, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            var startedAt = time.GetTimestamp();
            while (!await primary.StreamsToAsync(order.Node, cancellationToken).ConfigureAwait(false))
            {
                // Whoever catches up is on the way, however long that takes.
                if (await primary.IsCatchingUpAsync(order.Node, cancellationToken).ConfigureAwait(false))
                    startedAt = time.GetTimestamp();
                if (time.GetElapsedTime(startedAt) > (limit < order.StreamTimeout ? limit : order.StreamTimeout))
                {
                    await host.StopAsync(cancellationToken).ConfigureAwait(false);
                    return "it does not stream";
                }

                await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(false);
            }

            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException and not NpgsqlException)
        {
            await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
            return $"it does not start: {e.Message}";
        }
    }

    private RejoinPlan Instead(RejoinPlan plan, string whyNot)
    {
        Say($"that did not help: {whyNot}");
        return plan with { Reason = $"{plan.Reason} ({whyNot})" };
    }

    private RejoinResult Result(RejoinPlan plan, PrimaryServer primary, IReadOnlyList<string> notes)
    {
        Say($"{order.Node} follows {primary.Node.Name}");
        return new RejoinResult(plan.Method, plan.Reason, primary.Node.Name, primary.Timeline) { Notes = notes };
    }

    private void Say(string sentence) => order.Progress?.Report(sentence);
}
