using System.Globalization;
using Npgsql;
using NpgsqlTypes;

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
        var primary = await PrimaryServer.FindAsync(order.Node, order.Others, order.Sql, cancellationToken).ConfigureAwait(false);
        await using var _ = primary.ConfigureAwait(false);
        if (!_folder.HasData && !_folder.IsAbsentOrEmpty)
            throw new RejoinRefusedException($"{order.DataDirectory} is not empty and holds no data folder of PostgreSQL (it has no PG_VERSION). Correct DataDirectory.");
        var wasRunning = _folder.HasData && await host.IsRunningAsync(cancellationToken).ConfigureAwait(false);
        if (wasRunning && _folder.WasStandby && await primary.StreamsToAsync(order.Node, cancellationToken).ConfigureAwait(false))
            return Result(new RejoinPlan(RejoinMethod.Start, $"{order.Node} follows {primary.Node.Name} already"), primary);
        if (wasRunning)
        {
            Say($"stopping {order.Node}");
            await host.StopAsync(cancellationToken).ConfigureAwait(false);
        }

        RejoinFacts facts;
        try
        {
            facts = await LookAsync(primary, cancellationToken).ConfigureAwait(false);
            await RefuseToLoseAsync(facts, primary, cancellationToken).ConfigureAwait(false);
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
        if (plan.Method == RejoinMethod.Rewind && await RewindAsync(plan, own, primary, cancellationToken).ConfigureAwait(false) is { } why)
            plan = Instead(new RejoinPlan(RejoinMethod.BaseBackup, "pg_rewind did not help"), why);
        if (plan.Method == RejoinMethod.BaseBackup)
            await TakeBaseBackupAsync(plan, own, primary, cancellationToken).ConfigureAwait(false);
        if (plan.Method == RejoinMethod.BaseBackup)
            _folder.Old.Delete();
        _folder.Own.Delete();
        return Result(plan, primary);
    }

    private async Task<RejoinFacts> LookAsync(PrimaryServer primary, CancellationToken cancellationToken)
    {
        var facts = new RejoinFacts { PrimaryMajor = primary.Major, PrimaryTimeline = primary.Timeline, HasData = _folder.HasData };
        if (!facts.HasData)
            return facts;
        var control = await ReadControlDataAsync(cancellationToken).ConfigureAwait(false);
        if (control.GetValueOrDefault("Database system identifier") is { } identifier && identifier != primary.SystemIdentifier.ToString(CultureInfo.InvariantCulture))
            throw new RejoinRefusedException($"{order.DataDirectory} belongs to another cluster: its system identifier is {identifier}, that of {primary.Node.Name} is {primary.SystemIdentifier}. Correct DataDirectory, or empty the folder for a base backup.");
        var timeline = _folder.NewestTimeline;
        var history = new TimelineHistory(await primary.ReadHistoryAsync(cancellationToken).ConfigureAwait(false));
        var comesFrom = timeline == 1 || (_folder.ReadHistory(timeline) is { } mine && history.BeginsWith(new TimelineHistory(mine)));
        var left = comesFrom ? history.Left(timeline, primary.Timeline) : null;
        return facts with
        {
            Major = _folder.Major,
            RewindWasInterrupted = _folder.RewindWasInterrupted,
            WasStandby = _folder.WasStandby,
            HistoriesDiffer = !comesFrom,
            Timeline = timeline,
            Fork = left?.Fork,
            SharesHistory = left is { } l ? await SharesHistoryAsync(primary, timeline, l.Fork, l.Next, cancellationToken).ConfigureAwait(false) : null,
            CanRewind = control.GetValueOrDefault("Data page checksum version", "0") != "0" || control.GetValueOrDefault("wal_log_hints setting") == "on",
        };
    }

    /// <summary>
    /// A timeline's number proves nothing: two nodes promoted from one parent take the same. The WAL does: the records before the fork carry
    /// times and checksums. A promoted node copies that part of the segment into the first one of its new timeline.
    /// </summary>
    private async Task<bool?> SharesHistoryAsync(PrimaryServer primary, int timeline, NpgsqlLogSequenceNumber fork, int next, CancellationToken cancellationToken)
    {
        var mine = _folder.ReadWal(WalSegment.Before(fork, timeline, primary.SegmentSize));
        var theirs = await primary.ReadWalAsync(WalSegment.Before(fork, next, primary.SegmentSize), cancellationToken).ConfigureAwait(false)
            ?? await primary.ReadWalAsync(WalSegment.Before(fork, timeline, primary.SegmentSize), cancellationToken).ConfigureAwait(false);
        return mine is null || theirs is null ? null : mine.AsSpan().SequenceEqual(theirs);
    }

    private async Task RefuseToLoseAsync(RejoinFacts facts, PrimaryServer primary, CancellationToken cancellationToken)
    {
        if (!facts.HasData || order.DiscardAckedWritesOf == order.Node)
            return;
        var register = _folder.RegisterOf(order.Node);
        if (primary.Established is { } term && register is not null && register.Decided.Node == order.Node && register.Decided.Term > term.Term)
        {
            throw new RejoinRefusedException($"{order.Node} may have been promoted in term {register.Decided.Term}, which is later than term {term.Term} of {primary.Node.Name} and was never established: it may hold acked writes that no other node has. {Remedy()}");
        }

        if (primary.Established is { } known && register?.Term > known.Term)
            throw new RejoinRefusedException($"{order.Node} has promised term {register.Term}, but term {known.Term} of {primary.Node.Name} is the newest that can be seen from here: a later primary may be out of reach, or a failover under way. Wait until all nodes are in reach. {Remedy()}");
        if (primary.TooFewAnswer is { } tooFew)
            throw new RejoinRefusedException($"{tooFew}: a later primary may be out of reach. {Remedy()}");
        if (facts.WasStandby && facts.Timeline > facts.PrimaryTimeline)
            throw new RejoinRefusedException($"{order.Node} was a standby on timeline {facts.Timeline}, later than timeline {facts.PrimaryTimeline} of {primary.Node.Name}: it followed a later primary. {Remedy()}");
        if (primary.Established is { Required: > 0 } || (facts.WasStandby && facts.Timeline == facts.PrimaryTimeline && !facts.HistoriesDiffer))
            return; // beyond the fork nothing was acked, or there is none
        var from = facts.Fork ?? OwnBeginning(facts.Timeline);
        var commits = from is { } position ? await CommitsAfterAsync(position, facts.Timeline, cancellationToken).ConfigureAwait(false) : null;
        if (facts.WasStandby && facts.Fork is not null)
            commits ??= 0; // a standby that is behind has no file of the fork
        if (commits != 0)
        {
            throw new RejoinRefusedException($"{order.Node} has {commits?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number of"} commits after {from?.ToString() ?? "its own promotion"} that {primary.Node.Name} does not have, and with asynchronous replication they may have been acked. {Remedy()}");
        }
    }

    private string Remedy() => $"Save what is needed of them (pg_dump, from the server as it is), then ask again with DiscardAckedWritesOf = {order.Node}.";

    private NpgsqlLogSequenceNumber? OwnBeginning(int timeline) => timeline > 1 && _folder.ReadHistory(timeline) is { } text ? new TimelineHistory(text).Last : null;

    /// <summary>Null where it cannot be told.</summary>
    private async Task<int?> CommitsAfterAsync(NpgsqlLogSequenceNumber position, int timeline, CancellationToken cancellationToken)
    {
        var wal = Path.Combine(order.DataDirectory, "pg_wal");
        var (_, output) = await host.RunAsync("pg_waldump", ["-p", wal, "-t", timeline.ToString(CultureInfo.InvariantCulture), "-s", position.ToString(), "-r", "Transaction"], null, cancellationToken).ConfigureAwait(false);
        var commits = output.Split('\n').Count(l => l.Contains(" desc: COMMIT", StringComparison.Ordinal));
        // It always ends with an error, at the end of the WAL. One at the beginning says that there is nothing after the position, or no file.
        return commits == 0 && output.Contains("could not", StringComparison.Ordinal) && !output.Contains("could not find a valid record after", StringComparison.Ordinal) ? null : commits;
    }

    private async Task<Dictionary<string, string>> ReadControlDataAsync(CancellationToken cancellationToken)
    {
        var (exitCode, output) = await host.RunAsync("pg_controldata", ["-D", order.DataDirectory], null, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
            throw new RejoinRefusedException($"pg_controldata cannot read {order.DataDirectory}: {output.Trim()}");
        return output.Split('\n').Select(l => l.Split(':', 2)).Where(p => p.Length == 2).DistinctBy(p => p[0].Trim(), StringComparer.Ordinal).ToDictionary(p => p[0].Trim(), p => p[1].Trim(), StringComparer.Ordinal);
    }

    /// <returns>Null when it streams, else why not.</returns>
    private async Task<string?> StartAsync(RejoinPlan plan, DataFolder.OwnFiles? own, PrimaryServer primary, CancellationToken cancellationToken)
    {
        Say($"starting: {plan.Reason}");
        _folder.WriteOwn(own, order.Conninfo(primary.Node.Name));
        return await FollowAsync(primary, Patience, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> RewindAsync(RejoinPlan plan, DataFolder.OwnFiles? own, PrimaryServer primary, CancellationToken cancellationToken)
    {
        Say($"rewinding: {plan.Reason}");
        await primary.CheckpointAsync(cancellationToken).ConfigureAwait(false);
        if (own is not null && !_folder.Own.HasOwnFiles)
            _folder.Own.Keep(own);
        _folder.MarkRewinding(isUnderWay: true);
        var source = string.Create(CultureInfo.InvariantCulture, $"host={host.AddressOf(primary.Node.Host)} port={primary.Node.Port} user={order.Sql.Username} dbname={order.Sql.Database}");
        var (exitCode, output) = await host.RunAsync("pg_rewind", ["--target-pgdata", order.DataDirectory, "--source-server", source, .. NoSync], order.Sql.Password, cancellationToken).ConfigureAwait(false);
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
        Say($"taking a base backup: {plan.Reason}");
        _folder.New.Delete();
        string[] arguments = ["-D", _folder.New.Path, "-c", "fast", "-X", "stream", "-w", "-h", host.AddressOf(primary.Node.Host), "-p", primary.Node.Port.ToString(CultureInfo.InvariantCulture), "-U", order.ReplicationUsername, .. NoSync];
        var (exitCode, output) = await host.RunAsync("pg_basebackup", arguments, order.ReplicationPassword, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
            throw new InvalidOperationException($"pg_basebackup of {primary.Node.Name} failed; {order.Node} is stopped, and nothing that it holds was replaced by that: {output.Trim()}");
        _folder.New.WriteOwn(own, order.Conninfo(primary.Node.Name));

        if (_folder.HasData)
            Directory.Move(_folder.Path, _folder.Old.Path);
        else
            _folder.Delete(); // empty
        Directory.Move(_folder.New.Path, _folder.Path);
        _folder.MarkRewinding(isUnderWay: false);
        if (await FollowAsync(primary, order.StreamTimeout, cancellationToken).ConfigureAwait(false) is { } whyNot)
            throw new TimeoutException($"{order.Node} was rebuilt from {primary.Node.Name}, but {whyNot}; its former data is kept in {_folder.Old.Path}");
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

    private RejoinResult Result(RejoinPlan plan, PrimaryServer primary)
    {
        Say($"{order.Node} follows {primary.Node.Name}");
        return new RejoinResult(plan.Method, plan.Reason, primary.Node.Name, primary.Timeline);
    }

    private void Say(string sentence) => order.Progress?.Report(sentence);
}
