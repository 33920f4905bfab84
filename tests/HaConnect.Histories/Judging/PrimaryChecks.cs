namespace HaConnect.Histories;

/// <summary>Who acked when.</summary>
internal static class PrimaryChecks
{
    internal static IReadOnlyList<(string Node, int Timeline)> Primaries(History history) =>
        [.. history.AckedWrites.Select(w => (w.Ack.Node, w.Ack.Timeline!.Value)).Distinct()];

    /// <summary>
    /// Once a client has the ack of a new primary, nothing that is sent to an earlier one afterwards may be acked. An ack that was under
    /// way already may still arrive. Equal timelines of two nodes are two primaries, too. And of one term there is one primary.
    /// </summary>
    internal static IEnumerable<Violation> Judge(History history)
    {
        var since = new List<((string Node, int Timeline) Primary, Operation First)>();
        foreach (var (write, ack) in history.AckedWrites)
        {
            var primary = (ack.Node, ack.Timeline!.Value);
            if (!since.Exists(s => s.Primary == primary))
                since.Add((primary, write));
        }

        foreach (var (write, ack) in history.AckedWrites)
        {
            var own = since.FindIndex(s => s.Primary == (ack.Node, ack.Timeline!.Value));
            foreach (var (later, first) in since.Skip(own + 1).Where(s => s.First.Acked!.At < ack.Sent))
            {
                yield return new Violation(ViolationKind.TwoPrimariesAck,
                    $"{write.Name} was sent to {ack.Node} on timeline {ack.Timeline} and acked, {TimeSpan.FromMicroseconds((ack.Sent!.Value - first.Acked!.At) / 1000.0).TotalSeconds:0.000} s after {later.Node} on timeline {later.Timeline} had acked {first.Name}");
            }
        }

        var terms = new Dictionary<long, (string Node, Operation First)>();
        foreach (var (write, ack) in history.AckedWrites.Where(w => w.Ack.Term is not null))
        {
            if (!terms.TryAdd(ack.Term!.Value, (ack.Node, write)) && terms[ack.Term.Value] is var (node, first) && node != ack.Node)
                yield return new Violation(ViolationKind.TwoPrimariesAck, $"in term {ack.Term} both {node} acked {first.Name} and {ack.Node} acked {write.Name}");
        }
    }
}
