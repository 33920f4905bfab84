namespace HaConnect.Operations.Drills.Workload;

/// <summary>How long the application could not write, from the ledger alone.</summary>
internal static class WriteGaps
{
    /// <summary>The longest interval without an ack to any writer, from the begin of the workload to its end.</summary>
    internal static TimeSpan Longest(Ledger ledger)
    {
        long[] instants = [ledger.WorkloadBeganAt, .. Acks(ledger).Select(write => write.AckedAt!.Value).Order(), ledger.WorkloadEndedAt];
        return instants.Zip(instants.Skip(1), ledger.Between).Max();
    }

    /// <summary>From the fault to the first ack of another server than the one it befell; null where there was none.</summary>
    internal static TimeSpan? FaultToFirstWrite(Ledger ledger, string faulty)
    {
        if (ledger.FaultAt is not { } faultAt)
            return null;
        var after = Acks(ledger).Where(write => write.Node != faulty && write.AckedAt > faultAt).Select(write => write.AckedAt!.Value).ToArray();
        return after.Length == 0 ? null : ledger.Between(faultAt, after.Min());
    }

    /// <summary>How many writes were acked in each interval of a length, from the begin of the workload to its end.</summary>
    internal static int[] Rate(Ledger ledger, TimeSpan interval)
    {
        var counts = new int[(int)(ledger.Between(ledger.WorkloadBeganAt, ledger.WorkloadEndedAt) / interval) + 1];
        foreach (var write in Acks(ledger))
        {
            var index = (int)(ledger.Between(ledger.WorkloadBeganAt, write.AckedAt!.Value) / interval);
            if (index >= 0 && index < counts.Length)
                counts[index]++;
        }

        return counts;
    }

    private static IEnumerable<Write> Acks(Ledger ledger) => ledger.Writes.SelectMany(writes => writes).Where(write => write.AckedAt is not null);
}
