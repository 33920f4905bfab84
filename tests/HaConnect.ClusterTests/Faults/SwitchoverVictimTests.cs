using HaConnect.ClusterTests.Lab;
using HaConnect.Histories;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Faults;

/// <summary>
/// The target, or the present primary, is killed or frozen at a step of a switchover, just before what the step asks for, or amid it: a
/// clean return, or the end of a switchover or failover; never two primaries, nothing left closed. All steps with <c>eng/switchovers.sh</c>.
/// </summary>
public sealed class SwitchoverVictimTests : FaultTest
{
    /// <summary>Told just before what they announce is asked of any server; those between the last but three and the promotion are told as one.</summary>
    private static readonly string[] Steps =
        ["switchover from", "announced:", "drained:", "is promised by", "sealed:", "caught up:", "cut off:", "is furthest", "promoted:", "repointed:"];

    /// <summary>Where it cannot be known without the victim whether it has acked, nobody acks until it is back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    [Theory]
    [InlineData("target", "kill", "sealed:", "promoted:")]
    [InlineData("target", "freeze", "announced:", "is furthest")]
    [InlineData("primary", "kill", "drained:", "caught up:")]
    [InlineData("primary", "freeze", "sealed:", "is furthest")]
    public async Task NodeGoneAtAStep_SwitchoverIsFinishedOrCalledOff(string victim, string how, params string[] steps)
    {
        var mode = SwitchoverTable.IsAskedFor("ANY 1", out var only) ? "ANY 1" : "asynchronous";
        Assert.SkipUnless(FaultTable.IsAskedFor($"{how} {victim}"), "another fault is asked for");
        List<Strike> cases = [.. FaultTable.Long ? Steps.Where(s => only is null || s == only).SelectMany(s => (Strike[])[new(victim, how, s, IsAmid: false), new(victim, how, s, IsAmid: true)]) : steps.Select(s => new Strike(victim, how, s, IsAmid: false))];
        List<string> broken = [];
        FailoverLab? lab = null;
        foreach (var strike in cases)
        {
            // With a lab of its own for the next one after a violation: each step is tried.
            lab ??= await StartLabAsync(OptionsOf(mode));
            if (await WhatIsBrokenAsync(lab, strike, mode) is not { } problem)
                continue;
            broken.Add($"{strike}: {problem}");
            SwitchoverTable.Write("victims.tsv", [mode, $"{strike}", "BROKEN", "", "", problem.ReplaceLineEndings(" ")]);
            TestContext.Current.TestOutputHelper?.WriteLine($"{problem}\n{LabReport.Timeline(lab)}\n{await lab.Cluster.DescribeAsync(Cancelled)}");
            await JudgeAsync(lab, strike, mode, broken);
            await lab.DisposeAsync();
            lab = null;
        }

        if (lab is not null)
            await JudgeAsync(lab, cases.Last(), mode, broken);
        Assert.Empty(broken);
    }

    /// <summary>One in which a strike came to no end is judged, too, as far as it has a primary.</summary>
    private static async Task JudgeAsync(FailoverLab lab, Strike last, string mode, List<string> broken)
    {
        try
        {
            var apart = new List<PostgresNode>();
            var (_, primary) = await lab.PrimaryAsync();
            foreach (var node in lab.Cluster.Nodes.Where(n => n != primary && n is { IsRunning: true, IsFrozen: false }))
            {
                if (!await node.ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled))
                    apart.Add(node);
            }

            var judgement = await lab.JudgeAsync([.. apart]);
            SwitchoverTable.Write("victims.tsv", [mode, $"{last.How} {last.Victim}, judged", $"{judgement.AckedWrites} acked", $"{judgement.Count(ViolationKind.LostWrite)} lost", $"{judgement.FailedWrites.Count} failed", $"{judgement.Violations.Count} violations"]);
            broken.AddRange(Broken(judgement, mode, last.Victim).Select(v => $"{v}"));
            broken.AddRange(judgement.FailedWrites.Select(w => $"{w.Name} failed: {((Failed)w.Outcome!).Why}"));
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException or Npgsql.NpgsqlException)
        {
            broken.Add($"could not be judged after {last}: {e.Message}");
        }
    }

    private static LabOptions OptionsOf(string mode)
    {
        var required = mode == "asynchronous" ? 0 : 1;
        return new LabOptions
        {
            Cluster = { SynchronousStandbys = required },
            Configure = (_, settings) => settings["HaDatabase__Failover__RequiredSynchronousStandbys"] = $"{required}",
        };
    }

    /// <summary>With asynchronous replication what the primary had acked is promised to be there only as long as it lives.</summary>
    private static IReadOnlyList<Violation> Broken(Judgement judgement, string mode, string victim) => mode == "asynchronous" && victim == "primary"
        ? [.. judgement.Violations.Where(v => v.Kind is not (ViolationKind.LostWrite or ViolationKind.TwoPrimariesAck or ViolationKind.StaleRead))]
        : judgement.Violations;

    private static async Task<string?> WhatIsBrokenAsync(FailoverLab lab, Strike strike, string mode)
    {
        try
        {
            await lab.UntilAckedAsync(20);
            await StrikeAsync(lab, strike, mode);
            return null;
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException or TimeoutException or Npgsql.NpgsqlException or InvalidOperationException)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private static async Task StrikeAsync(FailoverLab lab, Strike strike, string mode)
    {
        var (_, primary) = await lab.PrimaryAsync();
        var target = await TargetAsync(lab, primary);
        var victim = strike.Victim == "target" ? target : primary;
        lab.PauseAt(strike.Step);
        lab.FaultBegins($"{strike}", victim);
        var key = await SwitchoverRow.AskAsync(lab, primary, target.Name);
        await FailoverLab.UntilAsync($"a coordinator at {strike.Step}", () => Task.FromResult(lab.IsPaused));
        if (strike.IsAmid)
            lab.LetGo();
        await (strike.How == "kill" ? victim.KillAsync(Cancelled) : victim.FreezeAsync(Cancelled));
        var struck = HistoryRecorder.Now;
        lab.LetGo();

        // Away until it is over: one that comes back amid it would be another fault, and a smaller one.
        var isWithout = await IsWithinAsync(Patience, () => Task.FromResult(IsAckedAfter(lab, struck)))
            && await IsWithinAsync(Patience, async () => await SwitchoverRow.LookAsync(lab, key) is not null);
        await (strike.How == "kill" ? victim.StartAsync(Cancelled) : victim.ThawAsync(Cancelled));
        await FailoverLab.UntilAsync("writes again", () => Task.FromResult(IsAckedAfter(lab, struck)));
        var outcome = await SwitchoverRow.OutcomeAsync(lab, key);
        var now = (await lab.PrimaryAsync()).Primary;
        if (now != primary && mode != "asynchronous")
            Assert.False(await lab.IsAckedDirectlyAsync(primary), "the former primary acks");
        await lab.UntilAckedAsync(20);
        lab.FaultEnds($"{strike}", victim);
        var pause = (FirstAckAfter(lab, struck) - struck) / 1e9;
        SwitchoverTable.Write("victims.tsv", [mode, $"{strike}", now == primary ? "stays" : now == target ? "the target" : "another node", $"{pause:0.00}", isWithout ? "without it" : "when it was back", outcome]);
        Assert.True(isWithout || (strike.Victim == "target" && Array.IndexOf(Steps, strike.Step) >= Array.IndexOf(Steps, "is furthest")), $"no writes, or no outcome, within {Patience.TotalSeconds:0} s without {victim.Name}");
        await MakeWholeAsync(lab, now);
        await OpenPrimary.IsOpenAsync((await lab.PrimaryAsync()).Primary);
        Assert.Equal(now, (await lab.PrimaryAsync()).Primary);
    }

    /// <summary>One without which the primary is left with somebody who acks for it.</summary>
    private static async Task<PostgresNode> TargetAsync(FailoverLab lab, PostgresNode primary)
    {
        var names = await primary.ScalarAsync<string>("SELECT current_setting('synchronous_standby_names')", Cancelled);
        return lab.Cluster.Nodes.Where(n => n != primary).OrderBy(n => names!.Contains($"\"{n.Name}\"", StringComparison.Ordinal)).First();
    }

    /// <summary>Whoever is out of recovery beside the primary rejoins; the others follow by themselves.</summary>
    private static async Task MakeWholeAsync(FailoverLab lab, PostgresNode primary)
    {
        foreach (var node in lab.Cluster.Nodes.Where(n => n != primary))
        {
            if (!await node.ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled))
                await lab.Cluster.RejoinAsync(node, Cancelled);
        }

        await lab.Cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        await lab.UntilAckedAsync(20);
    }

    private static bool IsAckedAfter(FailoverLab lab, long instant) => lab.Workload.AckedWrites.Count(a => a.Sent > instant) >= 20;

    private static async Task<bool> IsWithinAsync(TimeSpan patience, Func<Task<bool>> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) >= patience)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancelled);
        }

        return true;
    }

    private static long FirstAckAfter(FailoverLab lab, long instant) => lab.Workload.AckedWrites.Where(a => a.Sent > instant).Min(a => a.At);

    private sealed record Strike(string Victim, string How, string Step, bool IsAmid)
    {
        public override string ToString() => $"{How} {Victim} {(IsAmid ? "amid" : "at")} {Step}";
    }
}
