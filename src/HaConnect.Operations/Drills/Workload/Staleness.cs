namespace HaConnect.Operations.Drills.Workload;

/// <summary>How old what a read saw was, from the ledger alone.</summary>
internal static class Staleness
{
    /// <summary>
    /// The greatest, over all reads, of: the read's begin − the ack of the oldest row that was acked before and was not visible. A row that
    /// no server has any more is lost, which is counted elsewhere, and not stale.
    /// </summary>
    internal static TimeSpan Greatest(Ledger ledger, IReadOnlySet<WriteKey> lost)
    {
        var greatest = TimeSpan.Zero;
        foreach (var read in ledger.Reads)
        {
            for (var writer = 0; writer < read.Newest.Length; writer++)
            {
                if (OldestMissing(ledger.Writes[writer], writer, read, lost) is { } ackedAt && ledger.Between(ackedAt, read.BeganAt) is var age && age > greatest)
                    greatest = age;
            }
        }

        return greatest;
    }

    /// <summary>A writer begins a write when the one before has ended, so that its rows become visible in the order of their sequence.</summary>
    private static long? OldestMissing(IReadOnlyList<Write> writes, int writer, Read read, IReadOnlySet<WriteKey> lost)
    {
        for (var next = read.Newest[writer]; next < writes.Count; next++) // the list starts with sequence 1
        {
            var write = writes[next];
            if (write.InvokedAt >= read.BeganAt)
                return null;
            if (write.AckedAt is { } ackedAt && ackedAt < read.BeganAt && !lost.Contains(new WriteKey(writer, write.Sequence)))
                return ackedAt;
        }

        return null;
    }
}
