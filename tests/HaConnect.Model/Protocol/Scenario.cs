namespace HaConnect.Model;

/// <summary>States that are too far from the start for a search to come to, and steps away from harm if a rule is broken.</summary>
internal static class Scenario
{
    /// <summary>
    /// Term 2 up to where its row is on the promoted node, which one follower has flushed: the node acks, and neither the standbys left
    /// nor the old primary know of it. Then its coordinator dies. Where the row is not first, there is a write instead of it.
    /// </summary>
    internal static IEnumerable<Move> PromotedForOneFollower(Bounds bounds, int candidate, int follower, int rowLength)
    {
        int[] standbys = [.. Enumerable.Range(1, bounds.DataNodes - 1)];
        int[] voters = [.. Enumerable.Range(1, bounds.Voters - 1)];
        yield return new Move(MoveKind.FailOver, 0, Others: voters.Sum(v => 1 << v));
        int[] cutOff = [.. standbys.SelectMany(s => new[] { s, -s, s })];
        foreach (var v in (int[])[.. voters, .. cutOff, .. standbys, .. voters, candidate, .. voters, candidate, .. (int[])(rowLength > 0 ? [candidate] : []), follower])
            yield return v < 0 ? new Move(MoveKind.ReceiverStops, Node: -v) : new Move(MoveKind.CarryOut, 0, v);
        if (rowLength == 0)
        {
            yield return new Move(MoveKind.Write, Node: candidate);
            yield return new Move(MoveKind.Receive, Node: follower);
        }

        for (var received = 0; received < rowLength; received++)
            yield return new Move(MoveKind.Receive, Node: follower);
        yield return new Move(MoveKind.Die, 0);
    }

    internal static World After(Bounds bounds, Rule broken, IEnumerable<Move> moves)
    {
        var world = World.Start(bounds, broken);
        foreach (var move in moves)
        {
            var next = new World(bounds, broken);
            next.CopyFrom(world);
            if (!Moves.Apply(next, move))
                throw new InvalidOperationException($"{move} is not possible");
            world = next;
        }

        return world;
    }
}
