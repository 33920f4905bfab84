using HaConnect.ClusterTests.Lab;
using HaConnect.Failover.Switchover;
using HaConnect.Histories;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Faults;

/// <summary>
/// Planned switchovers one after the other under load, in each replication mode and under conditions that delay or forbid them: the short
/// of what <c>eng/switchovers.sh</c> runs at length. Beside the workload there is one session of an application that uses HaConnect, and
/// one that goes past it.
/// </summary>
public sealed class SwitchoverSeriesTests : FaultTest
{
    private static readonly string[] Conditions = ["plain", "transactions end", "transactions stay", "transactions ended", "target late", "target too late", "replay paused"];
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Work = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a target may be late; the limit of the step that waits for it is ten times StepTimeout, 10 s.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("asynchronous", 2, 0)]
    [InlineData("ANY 1", 2, 1)]
    [InlineData("ANY 2", 3, 2)]
    public async Task Switchover_AgainAndAgain_NothingFailsAndNothingIsLost(string mode, int standbys, int required)
    {
        Assert.SkipUnless(SwitchoverTable.IsAskedFor(mode, out var only), "another mode is asked for");
        var lab = await StartLabAsync(new LabOptions
        {
            Cluster = { Standbys = standbys, SynchronousStandbys = required },
            Configure = (place, settings) =>
            {
                settings["HaDatabase__Failover__RequiredSynchronousStandbys"] = $"{required}";
                SwitchoverPhases.HaveThemLogged(place, settings);
            },
        });
        await using var beside = new HaDataSourceBuilder(ClusterOptions.Observe(lab.Cluster)).Build();
        // At length what is measured is a cluster in use, not clients whose code is being compiled.
        await lab.UntilAckedAsync(FaultTable.Runs is null ? 1 : 2000);
        var runs = new List<SwitchoverRun>();
        foreach (var condition in only is not null ? [only] : required == 2 ? Conditions[..1] : Conditions)
        {
            // In the test command what is the usual case twice in a row, and what shows a rule once.
            for (var run = 1; run <= (FaultTable.Runs ?? (condition is "plain" or "transactions end" ? 2 : 1)); run++)
                runs.Add(await RunAsync(lab, beside, condition, required));
        }

        await beside.DisposeAsync();
        var judgement = await lab.JudgeAsync();
        SwitchoverTable.Add(mode, runs, judgement, lab);
        Assert.Empty(judgement.Violations);
        Assert.Empty(judgement.FailedWrites);
        Assert.Empty(judgement.FailedReads);
        Assert.Equal((0, runs.Count(r => r.Succeeded)), (judgement.UnknownWrites, lab.Promotions));
    }

    private static async Task<SwitchoverRun> RunAsync(FailoverLab lab, HaDataSource beside, string condition, int required)
    {
        await lab.UntilAckedAsync(50);
        var (term, primary) = await lab.PrimaryAsync();
        var target = await TargetAsync(lab, primary, required);
        await using var direct = NpgsqlDataSource.Create(lab.Cluster.NodeConnectionString(primary) + ";Application Name=report;Pooling=false");
        await LongTransaction.CreateTableAsync(direct);
        var isOpen = condition.StartsWith("transactions", StringComparison.Ordinal);
        await using var throughPool = isOpen ? await LongTransaction.BeginAsync(await beside.OpenConnectionAsync(Cancelled)) : null;
        await using var past = isOpen ? await LongTransaction.BeginAsync(await direct.OpenConnectionAsync(Cancelled)) : null;
        if (condition is "target late" or "target too late")
            await target.SetReplayDelayAsync(condition == "target late" ? Late : TimeSpan.FromMinutes(10), Cancelled);
        if (condition == "replay paused")
            await target.ExecuteAsync("SELECT pg_wal_replay_pause()", Cancelled);

        lab.FaultBegins(condition, primary);
        var asked = HistoryRecorder.Now;
        var key = await SwitchoverRow.AskAsync(lab, primary, target.Name,
            new SwitchoverOptions { DrainTimeout = condition is "transactions stay" or "transactions ended" ? Drain : new SwitchoverOptions().DrainTimeout, TerminatesOpenTransactions = condition == "transactions ended" });
        long? ended = null;
        if (condition == "transactions end")
        {
            await FailoverLab.UntilAsync("writes are held", () => Task.FromResult(beside.Snapshot.HoldsWrites));
            ended = (await Task.WhenAll(throughPool!.EndAfterAsync(Work), past!.EndAfterAsync(Work))).Max();
        }

        var outcome = await SwitchoverRow.OutcomeAsync(lab, key);
        await lab.UntilAckedAsync(50);
        lab.FaultEnds(condition, primary);
        var run = new SwitchoverRun(condition, primary.Name, asked, HistoryRecorder.Now, outcome);
        TestContext.Current.TestOutputHelper?.WriteLine($"{condition}, {primary.Name} to {target.Name}: {outcome}");
        await CheckAsync(lab, run, term, primary, target);
        if (isOpen)
            await CheckTransactionsAsync(lab, run, condition, throughPool!, past!);
        await target.ExecuteAsync("SELECT CASE WHEN pg_is_in_recovery() THEN pg_wal_replay_resume() END", Cancelled);
        await target.SetReplayDelayAsync(TimeSpan.Zero, Cancelled);
        if (run.Succeeded)
            await lab.Cluster.RejoinAsync(primary, Cancelled);
        await lab.Cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        return run with { TransactionsEnded = ended };
    }

    /// <summary>Not always the same; with k = 1 one that the primary does not need for its acks, so that it can be late without delaying them.</summary>
    private static async Task<PostgresNode> TargetAsync(FailoverLab lab, PostgresNode primary, int required)
    {
        var names = await primary.ScalarAsync<string>("SELECT current_setting('synchronous_standby_names')", Cancelled);
        return lab.Cluster.Nodes.Where(n => n != primary).OrderBy(n => required > 0 && names!.Contains($"\"{n.Name}\"", StringComparison.Ordinal)).First();
    }

    private static async Task CheckAsync(FailoverLab lab, SwitchoverRun run, long term, PostgresNode primary, PostgresNode target)
    {
        var forbidden = run.Condition switch
        {
            "transactions stay" => "not drained within",
            "target too late" or "replay paused" => "has not caught up",
            _ => null,
        };
        Assert.True(forbidden is null ? run.Succeeded : run.Outcome.Contains(forbidden, StringComparison.Ordinal), $"{run.Condition}: {run.Outcome}");
        var now = (await lab.PrimaryAsync()).Primary;
        Assert.Equal(run.Succeeded ? target : primary, now);
        Assert.True(run.Succeeded || lab.Workload.AckedWrites.Last().Node == primary.Name, "writes did not resume at the primary");
        await OpenPrimary.IsOpenAsync(now);
        if (run.Succeeded)
            Assert.Equal(target, (await lab.PrimaryAsync(above: term, otherThan: primary)).Primary);
    }

    private static async Task CheckTransactionsAsync(FailoverLab lab, SwitchoverRun run, string condition, LongTransaction throughPool, LongTransaction past)
    {
        if (condition == "transactions ended")
        {
            Assert.Equal(PostgresErrorCodes.AdminShutdown, (await throughPool.IsEndedAsync()).SqlState);
            Assert.Equal(PostgresErrorCodes.AdminShutdown, (await past.IsEndedAsync()).SqlState);
        }
        else if (condition == "transactions stay")
        {
            Assert.Contains("(report)", run.Outcome, StringComparison.Ordinal);
            Assert.Contains("which has writes under way", run.Outcome, StringComparison.Ordinal);
            await throughPool.EndAfterAsync(TimeSpan.Zero);
            await past.EndAfterAsync(TimeSpan.Zero);
        }

        await using var direct = NpgsqlDataSource.Create(lab.Cluster.NodeConnectionString((await lab.PrimaryAsync()).Primary) + ";Pooling=false");
        var isKept = condition != "transactions ended";
        Assert.Equal((isKept, isKept), (await throughPool.IsThereAsync(direct), await past.IsThereAsync(direct)));
    }
}
