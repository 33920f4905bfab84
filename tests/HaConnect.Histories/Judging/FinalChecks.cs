namespace HaConnect.Histories;

/// <summary>What the servers hold in the end, against what the clients were told.</summary>
internal static class FinalChecks
{
    internal static HashSet<(string, long)> RowsOf(FinalRead read) =>
        [.. read.Rows.SelectMany(client => RowRanges.Parse(client.Value).Select(op => (client.Key, op)))];

    internal static IEnumerable<Violation> Judge(History history, FinalRead main, HashSet<(string, long)> present)
    {
        foreach (var (write, ack) in history.AckedWrites.Where(w => !present.Contains(w.Write.Key)))
            yield return new Violation(ViolationKind.LostWrite, $"{write.Name} was acked by {ack.Node} on timeline {ack.Timeline}, and {main.Node} does not have it");
        foreach (var row in present.Where(row => history.WriteOf(row) is null))
            yield return new Violation(ViolationKind.Phantom, $"{main.Node} has the row {row.Item1}/{row.Item2}, which nobody wrote");
        foreach (var row in present.Where(row => history.WriteOf(row) is { HasFailed: true }))
            yield return new Violation(ViolationKind.FailedButApplied, $"{main.Node} has the row {row.Item1}/{row.Item2}, whose write was reported as failed");
        foreach (var final in history.Finals.Where(f => f.Role != FinalRole.Apart))
        {
            foreach (var row in final.Twice)
                yield return new Violation(ViolationKind.AppliedTwice, $"{final.Node} has the row {row} more than once");
            foreach (var problem in Balances(history, final, final == main ? present : RowsOf(final)))
                yield return problem;
        }

        foreach (var standby in history.Finals.Where(f => f.Role == FinalRole.Standby))
        {
            var rows = RowsOf(standby);
            var differ = rows.Except(present).Concat(present.Except(rows)).Order().Take(3).Select(r => $"{r.Item1}/{r.Item2}").ToList();
            if (differ.Count > 0)
                yield return new Violation(ViolationKind.NodesDiffer, $"{standby.Node} and {main.Node} do not hold the same rows, for instance {string.Join(", ", differ)}");
        }
    }

    /// <summary>Each account must hold what the transfers that are there make it.</summary>
    private static IEnumerable<Violation> Balances(History history, FinalRead final, HashSet<(string, long)> present)
    {
        var expected = Enumerable.Range(1, history.Started!.Accounts).ToDictionary(account => account, _ => history.Started.OpeningBalance);
        foreach (var transfer in present.Select(history.WriteOf).OfType<Operation>().Select(w => w.Invoked).Where(i => i.Do == OperationKind.Transfer))
        {
            expected[transfer.Source!.Value] -= transfer.Amount!.Value;
            expected[transfer.Target!.Value] += transfer.Amount!.Value;
        }

        return expected.Where(e => final.Balances.GetValueOrDefault(e.Key, long.MinValue) != e.Value)
            .Select(e => new Violation(ViolationKind.BrokenBalance,
                $"{final.Node} has {(final.Balances.TryGetValue(e.Key, out var balance) ? $"{balance}" : "nothing")} on account {e.Key}; its transfers make it {e.Value}"));
    }
}
