namespace HaConnect.Histories;

/// <summary>What reads saw, against what had been acked and what was ever written.</summary>
internal static class ReadChecks
{
    internal static IEnumerable<Violation> Judge(History history, HashSet<(string, long)> present)
    {
        var total = history.Started!.Accounts * history.Started.OpeningBalance;
        foreach (var (read, ack) in Answered(history))
        {
            if (ack.Sum != total)
                yield return new Violation(ViolationKind.BrokenBalance, $"{read.Name} saw accounts with {ack.Sum} altogether on {ack.Node}; no transfer changes their sum, {total}");
            foreach (var row in Rows(ack).Where(row => history.WriteOf(row) is null or { HasFailed: true }))
            {
                yield return history.WriteOf(row) is null
                    ? new Violation(ViolationKind.Phantom, $"{read.Name} saw the row {row.Client}/{row.Op} on {ack.Node}, which nobody wrote")
                    : new Violation(ViolationKind.FailedButApplied, $"{read.Name} saw the row {row.Client}/{row.Op} on {ack.Node}, whose write was reported as failed");
            }
        }

        foreach (var (read, missing, age) in Ages(history, present).Where(a => a.Age > TimeSpan.FromMilliseconds(a.Read.Invoked.BoundMs!.Value)))
            yield return new Violation(ViolationKind.StaleRead, $"{read.Name} on {read.Acked!.Node} did not see {missing.Name}, acked {age.TotalSeconds:0.000} s before; its bound was {read.Invoked.BoundMs / 1000:0.000} s");
    }

    internal static TimeSpan GreatestStaleness(History history, HashSet<(string, long)> present) =>
        Ages(history, present).Select(a => a.Age).DefaultIfEmpty().Max();

    internal static int SeenAndVanished(History history, HashSet<(string, long)> present) =>
        Answered(history).SelectMany(r => Rows(r.Ack)).Distinct().Count(row => !present.Contains(row) && history.WriteOf(row) is { Acked: null, HasFailed: false });

    private static IEnumerable<(Operation Read, Acked Ack)> Answered(History history) =>
        history.Reads.Where(r => r.Acked is not null).Select(r => (r, r.Acked!));

    private static IEnumerable<(string Client, long Op)> Rows(Acked ack) => ack.Seen!.SelectMany(s => s.Value.Select(op => (s.Key, op)));

    /// <summary>
    /// Of each read the oldest acked row that it did not see, and how old its ack was when the read was invoked. A row that is lost is
    /// counted as such, and not as stale.
    /// </summary>
    private static IEnumerable<(Operation Read, Operation Missing, TimeSpan Age)> Ages(History history, HashSet<(string, long)> present)
    {
        var acked = history.AckedWrites.Where(w => present.Contains(w.Write.Key)).GroupBy(w => w.Write.Invoked.Client, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.OrderBy(w => w.Write.Invoked.Op).ToArray(), StringComparer.Ordinal);
        foreach (var (read, ack) in Answered(history))
        {
            var missing = ack.Seen!.Select(client => OldestMissing(acked.GetValueOrDefault(client.Key, []), read, client.Value, ack.Limit!.Value))
                .Where(m => m is not null).Select(m => m!.Value).OrderBy(m => m.Ack.At).FirstOrDefault();
            if (missing.Ack is not null)
                yield return (read, missing.Write, TimeSpan.FromMicroseconds((read.Invoked.At - missing.Ack.At) / 1000.0));
        }
    }

    /// <summary>A client begins an operation when the one before has ended, so that its acks are in the order of their numbers.</summary>
    private static (Operation Write, Acked Ack)? OldestMissing((Operation Write, Acked Ack)[] acked, Operation read, long[] seen, int limit)
    {
        // With as many rows as it looked at, a read says nothing of older ones.
        var from = seen.Length < limit ? 0 : seen[^1];
        for (var i = FirstFrom(acked, from); i < acked.Length && acked[i].Ack.At < read.Invoked.At; i++)
        {
            if (!seen.Contains(acked[i].Write.Invoked.Op))
                return acked[i];
        }

        return null;
    }

    private static int FirstFrom((Operation Write, Acked Ack)[] acked, long op)
    {
        var (low, high) = (0, acked.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = acked[middle].Write.Invoked.Op < op ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
