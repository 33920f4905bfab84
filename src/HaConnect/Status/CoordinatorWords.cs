using System.Globalization;

namespace HaConnect.Status;

/// <summary>Who coordinates, in words. Pure. Another instance is known only by the locks it holds, and by name only where it has acted.</summary>
internal static class CoordinatorWords
{
    internal static CoordinatorStatus Of(ClusterSnapshot snapshot, HaDatabaseOptions options, Office? office)
    {
        var mode = options.Failover.Mode == FailoverMode.Coordinate ? "coordinate" : "observe";
        return new CoordinatorStatus(mode, office is { IsHeld: true }, Sentence(snapshot, options, office));
    }

    /// <summary>Nodes that answered their last probe, and on which somebody holds a coordinator's lock.</summary>
    internal static IReadOnlyList<string> LocksHeldOn(ClusterSnapshot snapshot) =>
        [.. snapshot.Nodes.Where(n => n is { Reachability: NodeReachability.Reachable, Facts.LastState.CoordinatorLockHeld: true }).Select(n => n.Name)];

    private static string Sentence(ClusterSnapshot snapshot, HaDatabaseOptions options, Office? office)
    {
        if (snapshot.IsGivenUp)
            return "Coordination of this cluster was given up: nobody acts on its servers.";
        if (office is { IsHeld: true } own)
            return own.Acts ? $"This instance ({own.Name}) is the coordinator." : $"This instance ({own.Name}) is elected, but has not begun to act, or refuses to: see its log.";
        var held = LocksHeldOn(snapshot);
        var self = office is null ? "" : options.Failover.Mode == FailoverMode.Coordinate ? "This instance may be elected, and is not now. " : "This instance only observes. ";
        if (held.Count == 0)
            return $"{self}No coordinator's lock is seen on any node: nobody is elected, as far as is seen from here.";
        var last = LastActor(snapshot) is { } actor && actor.Name != office?.Name
            ? string.Create(CultureInfo.InvariantCulture, $" Who acted last, in term {actor.Term}, was {actor.Name}.")
            : "";
        return $"{self}{(office is null ? "An" : "Another")} instance holds the coordinator's locks of {string.Join(", ", held)}.{last}";
    }

    /// <summary>Whose promise is the newest on record.</summary>
    private static (string Name, long Term)? LastActor(ClusterSnapshot snapshot)
    {
        var register = snapshot.Nodes.Select(n => n.Facts?.LastState?.Register).Where(r => r is { Coordinator.Length: > 0 }).MaxBy(r => r!.Term);
        return register is null ? null : (register.Coordinator, register.Term);
    }
}
