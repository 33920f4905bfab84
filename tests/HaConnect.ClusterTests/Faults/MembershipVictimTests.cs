using HaConnect.ClusterTests.Lab;
using HaConnect.Failover;
using HaConnect.Histories;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Faults;

/// <summary>
/// The primary is killed while others are being named to ack its commits, just before what a step asks for, or amid it: whether the old
/// names or the new ones were in force, a failover finds every acked write. All steps with <c>eng/switchovers.sh --only membership</c>.
/// </summary>
public sealed class MembershipVictimTests : FaultTest
{
    private static readonly string[] Steps = ["", "repointed:", "established:"]; // the first is the change's own sentence

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PrimaryKilledWhileNamesChange_SuccessorHasEveryAckedWrite(bool joins)
    {
        var lab = await StartLabAsync(new LabOptions { Cluster = { Standbys = 3 } });
        List<(string Step, bool IsAmid)> strikes = FaultTable.Long ? [.. Steps.SelectMany(s => ((string, bool)[])[(s, false), (s, true)])] : [("repointed:", joins)];
        foreach (var (sentence, isAmid) in strikes)
            await StrikeAsync(lab, joins, sentence.Length == 0 ? (joins ? "streams, and may ack" : "is to be left out") : sentence, isAmid);
        var judgement = await lab.JudgeAsync();
        SwitchoverTable.Write("membership.tsv", [joins ? "join" : "leave", "judged", "", $"{judgement.AckedWrites} acked", $"{judgement.Count(ViolationKind.LostWrite)} lost, {judgement.FailedWrites.Count + judgement.FailedReads.Count} failed, {judgement.Violations.Count} violations"]);
        Assert.Empty(judgement.Violations);
        Assert.Empty(judgement.FailedWrites);
        Assert.Equal(strikes.Count, lab.Promotions);
    }

    private static async Task StrikeAsync(FailoverLab lab, bool joins, string sentence, bool isAmid)
    {
        var (term, primary) = await lab.PrimaryAsync();
        await UntilNamedAsync(lab, primary, 3);
        await lab.UntilAckedAsync(50);
        var standby = lab.Cluster.Nodes.First(n => n != primary);
        if (joins)
        {
            await MaintainAsync(lab, primary, standby, begins: true);
            await UntilNamedAsync(lab, primary, 2);
        }

        lab.PauseAt(sentence);
        await MaintainAsync(lab, primary, standby, begins: !joins);
        await FailoverLab.UntilAsync($"a coordinator at '{sentence}'", () => Task.FromResult(lab.IsPaused));
        var name = $"kill primary {(isAmid ? "amid" : "at")} {sentence}";
        lab.FaultBegins(name, primary);
        if (isAmid)
            lab.LetGo();
        await primary.KillAsync(Cancelled);
        var struck = HistoryRecorder.Now;
        lab.LetGo();
        await FailoverLab.UntilAsync("writes at a successor", () => Task.FromResult(lab.Workload.AckedWrites.Count(a => a.Sent > struck && a.Node != primary.Name) >= 20));
        lab.FaultEnds(name, primary);
        var (_, successor) = await lab.PrimaryAsync(above: term, otherThan: primary);
        SwitchoverTable.Write("membership.tsv", [joins ? "join" : "leave", name, successor == standby ? "the one that changed" : "another", $"{(lab.Workload.AckedWrites.Where(a => a.Sent > struck).Min(a => a.At) - struck) / 1e9:0.00}", await NamesAsync(successor)]);
        await primary.StartAsync(Cancelled);
        await lab.Cluster.RejoinAsync(primary, Cancelled);
        await lab.Cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        await MaintainAsync(lab, successor, standby, begins: false);
        await UntilNamedAsync(lab, successor, 3);
    }

    private static Task UntilNamedAsync(FailoverLab lab, PostgresNode primary, int count) =>
        FailoverLab.UntilAsync($"{count} standbys are named at {primary.Name}", async () => (await NamesAsync(primary)).Split(',').Length == count && !(await NamesAsync(primary)).Contains("haconnect", StringComparison.Ordinal));

    private static async Task<string> NamesAsync(PostgresNode node) => (await node.ScalarAsync<string>("SELECT current_setting('synchronous_standby_names')", Cancelled))!;

    /// <summary>As <c>BeginMaintenanceAsync</c> and <c>EndMaintenanceAsync</c> do, without an instance that could coordinate.</summary>
    private static async Task MaintainAsync(FailoverLab lab, PostgresNode primary, PostgresNode standby, bool begins)
    {
        await using var source = NpgsqlDataSource.Create(lab.Cluster.NodeConnectionString(primary, lab.Cluster.Control, "postgres") + ";Pooling=false");
        await using var connection = await source.OpenConnectionAsync(Cancelled);
        foreach (var (sql, parameters) in ((string, object[])[])[(ControlSql.CreatePauses, []), begins ? (ControlSql.Pause, [standby.Name, "a test", "somebody"]) : (ControlSql.Resume, [standby.Name, "somebody"])])
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var parameter in parameters)
                command.Parameters.Add(new() { Value = parameter });
            await command.ExecuteNonQueryAsync(Cancelled);
        }
    }
}
