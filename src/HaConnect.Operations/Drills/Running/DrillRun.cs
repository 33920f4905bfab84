using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Reporting;
using HaConnect.Operations.Drills.Workload;

namespace HaConnect.Operations.Drills.Running;

/// <summary>The course of a drill: whole, workload, fault, recovery, first shape, comparison.</summary>
internal sealed class DrillRun(IDrillTarget target, DrillTimeline timeline, DrillOptions options, TimeProvider time)
{
    private const int ProbeReaders = 1;

    private static readonly TimeSpan PatienceAtFirst = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BeyondTarget = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(100);

    private readonly List<string> _problems = [];
    private readonly FirstShape _shape = new(target, options, timeline, time);
    private readonly DateTimeOffset _at = time.GetUtcNow();
    private StruckNodes? _struck;
    private string? _firstPrimary;

    private bool IsSwitchover => options.Kind == DrillKind.Switchover;

    /// <summary>What is kept of a drill that was not brought to its end; null where nothing was struck yet, so that there was none.</summary>
    /// <param name="why">Why not, and how the cluster was left.</param>
    internal DrillOutcome? FailedOutcome(string why) => _struck is null ? null : new DrillOutcome(options.Kind, _at, target.Options.ClusterName, false, $"Failed: {why}")
    {
        IsLocal = target.IsLocal,
        Fault = FaultInWords,
        Node = IsSwitchover ? null : _firstPrimary,
        RecoveryTarget = options.TargetRecovery,
    };

    internal async Task<DrillReport> RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        await Wholeness.RequireAsync(target.Database, PatienceAtFirst, time, cancellationToken).ConfigureAwait(false);
        var first = ServerOf(target.Database.Snapshot.Primary!.Name);
        var firstTimeline = (await ServerState.OfAsync(first, cancellationToken).ConfigureAwait(false)).Timeline;
        var environment = await DrillEnvironment.ReadAsync(target, first, options, cancellationToken).ConfigureAwait(false);
        var table = new DrillTableInUse(target.Servers, await DrillTable.CreateAsync(first, cancellationToken).ConfigureAwait(false));
        try
        {
            await table.UntilEverywhereAsync(time, cancellationToken).ConfigureAwait(false);
            var ledger = new Ledger(options.Command is null ? options.Writers : 1, Readers, first.Name, time);
            ledger.AckedElsewhere += () => timeline.Add(DrillTimeline.FirstWrite, $"acked by another server than {first.Name}");
            timeline.Added += e => Tell(ledger, e);
            var command = await WorkAsync(first, ledger, cancellationToken).ConfigureAwait(false);

            var (between, final) = await EndAsync(first, ledger, cancellationToken).ConfigureAwait(false);
            if (between is not null)
                options.Progress?.Report("Comparing every row of every table on all nodes …");
            var integrity = between is null ? null : await IntegrityCheck.RunAsync(target, first, _problems, cancellationToken).ConfigureAwait(false);
            if (await table.DropAsync(cancellationToken).ConfigureAwait(false) is { } left)
                _problems.Add(left);
            var findings = FindingsReader.Of(ledger, timeline, final, Known(startedAt, first, firstTimeline, between, environment) with { Integrity = integrity, Command = command });
            string[] problems = [.. _problems, .. final?.Problems ?? [], .. DrillVerdict.Problems(findings)];
            return new DrillReport(findings with { Problems = problems, Passed = problems.Length == 0 });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new DrillInterruptedException($"The drill was called off. {await LeaveAsync(table).ConfigureAwait(false)}", cancellationToken);
        }
        catch (DrillRefusedException)
        {
            await table.DropAsync(cancellationToken).ConfigureAwait(false);
            throw;
        }
        catch (Exception e)
        {
            throw new DrillFailedException($"The drill failed: {e.Message} {await LeaveAsync(table).ConfigureAwait(false)}", e);
        }
    }

    private string FaultInWords => IsSwitchover ? "asked for" : target.Fault;

    private int Readers => options.Command is null ? options.Readers : ProbeReaders;

    private DrillServer ServerOf(string name) => target.Servers.First(s => s.Name == name);

    /// <summary>From the begin of the workload to its end, with the fault in it.</summary>
    private async Task<DrillCommandResult?> WorkAsync(DrillServer first, Ledger ledger, CancellationToken cancellationToken)
    {
        options.Progress?.Report($"The workload begins. In {options.FaultAfter.TotalSeconds:0.#} s: {(IsSwitchover ? "a switchover is asked for" : target.Tell(first.Name))}.");
        using var command = options.Command is null ? null : ShellCommand.Start(options.Command, target.CommandEnvironment, time);
        using var stop = new CancellationTokenSource();
        var clients = new Clients(target.Database, ledger, options.Command is null ? new ClientsOptions(options.Writers, Readers, TimeSpan.Zero) : new ClientsOptions(1, Readers, ProbePause), time);
        var workload = clients.RunAsync(stop.Token, cancellationToken);
        try
        {
            await Task.Delay(options.FaultAfter, time, cancellationToken).ConfigureAwait(false);
            await StrikeAsync(first, ledger, cancellationToken).ConfigureAwait(false);
            await RecoverAsync(ledger, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await workload.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (command is null)
            return null;
        int? code = command.HasEnded ? command.ExitCode : null;
        await command.EndAsync().ConfigureAwait(false);
        if (code is not (null or 0))
            _problems.Add($"The program {options.Command} ended with exit code {code}.");
        return new DrillCommandResult(options.Command!, code, command.Output);
    }

    private async Task StrikeAsync(DrillServer first, Ledger ledger, CancellationToken cancellationToken)
    {
        _shape.Expect(IsSwitchover ? [first.Name] : target.Struck(first.Name));
        (_firstPrimary, _struck) = (first.Name, new StruckNodes(IsSwitchover ? [] : target.Struck(first.Name)));
        ledger.FaultBegins();
        timeline.Add(IsSwitchover ? DrillTimeline.Asked : DrillTimeline.Fault, IsSwitchover ? $"a switchover from {first.Name} to the standby of the highest priority" : target.Tell(first.Name));
        try
        {
            if (!IsSwitchover)
                await SeeUntilAsync(target.StrikeAsync(first.Name, cancellationToken)).ConfigureAwait(false);
            else if (await target.SwitchoverAsync(null, new Progress(timeline), cancellationToken).ConfigureAwait(false) is { Succeeded: false } result)
                _problems.Add($"The switchover was not done: {result.Reason}");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _problems.Add($"{(IsSwitchover ? "The switchover was not done" : "The fault was not made as it should have been")}: {e.Message}");
        }
    }

    /// <summary>A node may be gone and back while the command still runs.</summary>
    private async Task SeeUntilAsync(Task striking)
    {
        while (!striking.IsCompleted)
        {
            _struck!.See(target.Database.Snapshot);
            await Task.WhenAny(striking, Task.Delay(Pause, time, CancellationToken.None)).ConfigureAwait(false);
        }

        await striking.ConfigureAwait(false);
    }

    /// <summary>The workload goes on for its time, and until there is a first write elsewhere or none is to be hoped for.</summary>
    private async Task RecoverAsync(Ledger ledger, CancellationToken cancellationToken)
    {
        var faultAt = ledger.FaultAt!.Value;
        while (time.GetElapsedTime(faultAt) is var passed && (passed < options.Duration - options.FaultAfter || (!ledger.HasAckedElsewhere && _problems.Count == 0 && passed < options.TargetRecovery + BeyondTarget)))
        {
            _struck!.See(target.Database.Snapshot);
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What nobody has probed since the fault is waited for, before anything is brought back.</summary>
    private async Task RequireStruckAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        do
        {
            _struck!.See(target.Database.Snapshot);
            if (!_struck.NotSeen.Any())
                return;
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
        while (time.GetElapsedTime(startedAt) < BeyondTarget);
        _problems.AddRange(_struck.Problems);
    }

    /// <summary>The cluster is brought back into its first shape, and what it holds is held against the ledger before that can change.</summary>
    /// <returns>Who was the primary between, and what it held; null where there was none.</returns>
    private async Task<(string? Between, FinalRead? Final)> EndAsync(DrillServer first, Ledger ledger, CancellationToken cancellationToken)
    {
        if (await UntilPrimaryAsync(cancellationToken).ConfigureAwait(false) is not { } between)
        {
            _problems.Add($"The cluster has no primary: {target.Database.Snapshot.Reason}");
            _problems.Add(await target.LeaveAsync(null, [.. _shape.NotBack]).ConfigureAwait(false));
            return (null, null);
        }

        var final = await FinalRead.TakeAsync(ServerOf(between), ledger, cancellationToken).ConfigureAwait(false);
        await RequireStruckAsync(cancellationToken).ConfigureAwait(false);
        await _shape.BringBackAllAsync(between, cancellationToken).ConfigureAwait(false);
        if (_shape.Problems.Count == 0)
            _problems.AddRange(await final.CompareAsync(target.Servers.Where(s => s.Name != between), time, cancellationToken).ConfigureAwait(false));
        await target.AddTimelineAsync(timeline, _at, ServerOf(between), cancellationToken).ConfigureAwait(false);
        await _shape.SwitchBackAsync(first.Name, between, cancellationToken).ConfigureAwait(false);
        _problems.AddRange(_shape.Problems);
        return (between, final);
    }

    private async Task<string?> UntilPrimaryAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (target.Database.Snapshot.Primary is null && time.GetElapsedTime(startedAt) < PatienceAtFirst)
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        return target.Database.Snapshot.Primary?.Name;
    }

    /// <summary>
    /// A primary that was struck may still be taken for one, and one that was asked to hand over may be about to: it counts where the cluster stays whole all the same, for longer than a coordinator takes to
    /// begin with what was asked.
    /// </summary>
    private async Task<string?> UntilSettledAsync(CancellationToken cancellationToken)
    {
        var (startedAt, wholeSince) = (time.GetTimestamp(), (long?)null);
        while (time.GetElapsedTime(startedAt) < PatienceAtFirst)
        {
            var snapshot = target.Database.Snapshot;
            if (snapshot.Primary?.Name is { } name && !_shape.NotBack.Contains(name))
                return name;
            wholeSince = Wholeness.Problem(snapshot) is null ? wholeSince ?? time.GetTimestamp() : null;
            if (wholeSince is { } since && time.GetElapsedTime(since) > Settled)
                return snapshot.Primary!.Name;
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }

        return target.Database.Snapshot.Primary?.Name;
    }

    private DrillFindings Known(long startedAt, DrillServer first, int? firstTimeline, string? between, IReadOnlyList<DrillFact> environment) => new()
    {
        Kind = options.Kind,
        Fault = FaultInWords,
        Cluster = target.Options.ClusterName,
        IsLocal = target.IsLocal,
        At = _at,
        DurationSeconds = DrillNumbers.Rounded(time.GetElapsedTime(startedAt))!.Value,
        Passed = false,
        Problems = [],
        FirstPrimary = first.Name,
        NewPrimary = between == first.Name ? null : between,
        FirstTimeline = firstTimeline,
        NewTimeline = null,
        DetectionSeconds = null,
        RecoverySeconds = null,
        RecoveryTargetSeconds = options.TargetRecovery.TotalSeconds,
        LongestWriteGapSeconds = 0,
        AckedWrites = 0,
        LostWrites = null,
        LostTarget = options.TargetLoss,
        LostKeys = [],
        FailedOperations = 0,
        Failures = [],
        RetriedUnknown = 0,
        FoundApplied = 0,
        ReadsByNode = new Dictionary<string, int>(StringComparer.Ordinal),
        MaxReadStalenessSeconds = 0,
        MaxReplicaLagSeconds = target.Options.Routing.MaxReplicaLag.TotalSeconds,
        Integrity = null,
        BroughtBack = _shape.Steps,
        IsInFirstShape = between is not null && _shape.Problems.Count == 0,
        Command = null,
        Timeline = [],
        AckedPerTenth = [],
        BeganAtSeconds = 0,
        Environment = environment,
        NotProven = target.NotProven,
    };

    private async Task<string> LeaveAsync(DrillTableInUse table)
    {
        using var patience = new CancellationTokenSource(options.RestoreTimeout, time);
        var notBack = _shape.NotBack.ToList();
        try
        {
            if (!target.IsLocal && notBack.Count > 0 && await UntilSettledAsync(patience.Token).ConfigureAwait(false) is { } primary)
            {
                await _shape.BringBackAllAsync(primary, patience.Token).ConfigureAwait(false);
                notBack = [.. _shape.NotBack];
            }

            if (!target.IsLocal && await table.DropAsync(patience.Token).ConfigureAwait(false) is { } left)
                notBack.Add(left);
        }
        catch (Exception e) when (e is OperationCanceledException or Npgsql.NpgsqlException or InvalidOperationException)
        {
            // What was not done is told below.
        }

        return await target.LeaveAsync(target.Database.Snapshot.Primary?.Name, notBack).ConfigureAwait(false);
    }

    private void Tell(Ledger ledger, TimelineEvent happened)
    {
        if (options.Progress is null)
            return;
        var when = ledger.FaultAt is { } faultAt && happened.At >= faultAt ? FormattableString.Invariant($"+{ledger.Between(faultAt, happened.At).TotalSeconds:0.000}") : "before";
        options.Progress.Report($"  {when,8}  {happened.Label,-12}  {happened.Sentence}");
    }

    private sealed class Progress(DrillTimeline timeline) : IProgress<string>
    {
        public void Report(string value) => timeline.Add("switchover", value);
    }
}
