namespace FailoverDemo.Workload;

/// <summary>How long the application could not write, from the ledger alone.</summary>
internal static class WriteGaps
{
    /// <summary>The longest interval without an ack to any writer, from the begin of the workload to its end.</summary>
    public static TimeSpan Longest(Ledger ledger)
    {
        long[] instants = [ledger.WorkloadBeganAt, .. Acks(ledger).Select(write => write.AckedAt!.Value).Order(), ledger.WorkloadEndedAt];
        return instants.Zip(instants.Skip(1), ledger.Between).Max();
    }

    /// <summary>From the fault to the first ack of another server than the one it befell; null where there was none.</summary>
    public static TimeSpan? FaultToFirstWrite(Ledger ledger, int faultyPort)
    {
        if (ledger.FaultAt is not { } faultAt)
            return null;
        var after = Acks(ledger).Where(write => write.Port != faultyPort && write.AckedAt > faultAt).Select(write => write.AckedAt!.Value).ToArray();
        return after.Length == 0 ? null : ledger.Between(faultAt, after.Min());
    }

    private static IEnumerable<Write> Acks(Ledger ledger) => ledger.Writes.SelectMany(writes => writes).Where(write => write.AckedAt is not null);
}
