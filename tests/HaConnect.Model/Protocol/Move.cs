using System.Globalization;

namespace HaConnect.Model;

/// <summary>A step: one statement of a coordinator, or one event of its environment.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Who">The coordinator, where one takes part.</param>
/// <param name="Node">The voter.</param>
/// <param name="Others">A mask of voters, or another node.</param>
/// <param name="Tie">Which of equal candidates was chosen.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct Move(MoveKind Kind, int Who = -1, int Node = -1, int Others = 0, int Tie = 0)
{
    /// <summary>In an operator's words. The state is the one before it.</summary>
    internal string Describe(World before)
    {
        var names = before.Bounds;
        string Name(int v) => v < names.DataNodes ? string.Create(CultureInfo.InvariantCulture, $"n{v}") : string.Create(CultureInfo.InvariantCulture, $"w{v - names.DataNodes + 1}");
        string List(int mask) => string.Join(", ", Enumerable.Range(0, names.Voters).Where(v => (mask >> v & 1) != 0).Select(Name));
        var c = Who < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"coordinator {Who + 1}");
        return Kind switch
        {
            MoveKind.Write => $"a client writes on {Name(Node)}",
            MoveKind.Receive => $"{Name(Node)} receives and flushes the next WAL from {Name(before.Source(Node) - 1)}",
            MoveKind.ReceiverStops => $"the WAL receiver of {Name(Node)} stops",
            MoveKind.LeaveRecovery => $"{Name(Node)} leaves recovery",
            MoveKind.Crash => $"{Name(Node)} crashes",
            MoveKind.Start => $"{Name(Node)} starts again{(before.Servers[Node].InRecovery ? "" : ", as a primary")}",
            MoveKind.Break => $"the lock session of coordinator {before.Servers[Node].Holder} on {Name(Node)} breaks; it does not know yet",
            MoveKind.Rebuild => $"an operator rebuilds {Name(Node)} from {Name(Others)}",
            MoveKind.FailOver => $"{c} takes its primary for lost, holds and reads {List(Others)}, and begins a failover",
            MoveKind.Peace => $"{c} surveys {List(Others)} in peace, and learns of a newer term",
            MoveKind.Survey => $"{c} finds the primary well, but something unfinished",
            MoveKind.Read => $"{c} holds and reads {List(Others)}, and takes a term",
            MoveKind.CarryOut => $"{Name(Node)} carries out for {c}: {Order(before)}",
            MoveKind.LoseSession => $"{c} learns that its session on {Name(Node)} is gone",
            MoveKind.Grace => $"{c} waits no longer for stragglers",
            MoveKind.Time => $"{c} gives up waiting",
            MoveKind.Release => $"{c} gives up its office",
            MoveKind.Die => $"{c} dies; its sessions end",
            MoveKind.EmptyNames => $"{c} empties the synchronous names of the old primary {Name(Node)}",
            MoveKind.Cancel => $"{c} cancels the waiting commits of the old primary {Name(Node)}",
            _ => Kind.ToString(),
        };
    }

    private string Order(World before)
    {
        ref var o = ref before.Offices[Who];
        var order = o[Node] switch
        {
            Model.Order.Promise => "promise term {0}",
            Model.Order.CutOff => "stop receiving (term {0})",
            Model.Order.AwaitCutOff => "see that the receiver is gone (term {0})",
            Model.Order.ReadPosition => "read the position (term {0})",
            Model.Order.Decide => "record the decision of term {0} for n{1}",
            Model.Order.SetNames => "set its synchronous names (term {0})",
            Model.Order.Verify => "verify lock, promise and cut-off (term {0})",
            Model.Order.Promote => before.Servers[Node].InRecovery ? "promote (term {0})" : "see that it has left recovery (term {0})",
            Model.Order.Accept => "accept n{1} (term {0})",
            Model.Order.Open => "empty the pending names (term {0})",
            Model.Order.CommitTerm => "commit the row of term {0}",
            Model.Order.Repoint => "follow n{1} (term {0})",
            Model.Order.AwaitFlush => "see the row of term {0} flushed",
            Model.Order.MarkEstablished => "mark term {0} established",
            Model.Order.PointBack => "follow n{2} again (term {0})",
            _ => "nothing",
        };
        return string.Format(CultureInfo.InvariantCulture, order, o.Term, o.Candidate - 1, o.EstablishedPrimary);
    }
}
