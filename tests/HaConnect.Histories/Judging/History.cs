using System.Runtime.InteropServices;

namespace HaConnect.Histories;

/// <summary>The events of a history in the order of their instants, put together into operations. Pure.</summary>
internal sealed class History
{
    private readonly Dictionary<(string, long), Operation> _operations = [];

    internal History(IEnumerable<HistoryEvent> events)
    {
        // Stable: of one process's lines with equal instants the first stays the first.
        foreach (var happened in events.OrderBy(e => e.At))
            Take(happened);
        if (Started is null)
            Problems.Add("no workload began");
        if (!Operations.Any(o => o.IsWrite))
            Problems.Add("no write was invoked");
        if (Finals.Count(f => f.Role == FinalRole.Primary) != 1)
            Problems.Add($"{Finals.Count(f => f.Role == FinalRole.Primary)} primaries were read in the end; it has to be one");
    }

    /// <summary>Why nothing can be judged by it.</summary>
    internal List<string> Problems { get; } = [];

    internal Started? Started { get; private set; }

    internal IReadOnlyCollection<Operation> Operations => _operations.Values;

    internal IEnumerable<Operation> Writes => Operations.Where(o => o.IsWrite);

    internal IEnumerable<Operation> Reads => Operations.Where(o => !o.IsWrite);

    /// <summary>In the order of the acks.</summary>
    internal IReadOnlyList<(Operation Write, Acked Ack)> AckedWrites => field ??= [.. Writes.Where(w => w.Acked is not null).Select(w => (w, w.Acked!)).OrderBy(w => w.Item2.At)];

    internal List<FaultBegan> Faults { get; } = [];

    internal List<FinalRead> Finals { get; } = [];

    internal Operation? WriteOf((string Client, long Op) row) => _operations.GetValueOrDefault(row) is { IsWrite: true } write ? write : null;

    private void Take(HistoryEvent happened)
    {
        switch (happened)
        {
            case Started e:
                if (Started is { } before && (before.Accounts, before.OpeningBalance) != (e.Accounts, e.OpeningBalance))
                    Problems.Add("two workloads began with different accounts");
                Started ??= e;
                break;
            case Invoked e:
                if (!_operations.TryAdd(e.Key, new Operation(e, null)))
                    Problems.Add($"{e.Client}/{e.Op} was invoked twice");
                break;
            case OperationEvent e:
                Complete(e);
                break;
            case FaultBegan e:
                Faults.Add(e);
                break;
            case FaultMended:
                break;
            case FinalRead e:
                Finals.Add(e);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happened), happened, "No such event.");
        }
    }

    private void Complete(OperationEvent outcome)
    {
        ref var operation = ref CollectionsMarshal.GetValueRefOrNullRef(_operations, outcome.Key);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref operation))
            Problems.Add($"{outcome.Client}/{outcome.Op} has an outcome, but was not invoked before it");
        else if (operation.Outcome is not null)
            Problems.Add($"{outcome.Client}/{outcome.Op} has two outcomes");
        else if (outcome is Acked ack && !(operation.IsWrite ? ack is { Timeline: not null, Sent: not null } : ack is { Seen: not null, Sum: not null, Limit: > 0 } && operation.Invoked.BoundMs is not null))
            Problems.Add($"{outcome.Client}/{outcome.Op} succeeded, but its lines lack what has to be known of a {operation.Invoked.Do}");
        else
            operation = operation with { Outcome = outcome };
    }
}
