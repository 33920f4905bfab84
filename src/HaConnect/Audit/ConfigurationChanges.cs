using System.Globalization;

namespace HaConnect.Audit;

/// <summary>What has changed in the settings that matter to a failover since an instance last looked. Pure.</summary>
internal static class ConfigurationChanges
{
    /// <summary>In peace a snapshot is compared and nothing else: nothing is allocated.</summary>
    internal static bool IsUnchanged(ConfigurationSeen seen, ClusterSnapshot now) => seen.Nodes is { } nodes && now.HasNodesOf(nodes)
        && (now.Primary?.Facts?.LastState is not { } state
            || (ReferenceEquals(seen.Primary, now.PrimaryNode) && seen.Term == now.Term && seen.Names == state.SynchronousStandbyNames
                && seen.IsPaused == state.IsPaused && seen.Maintained.SequenceEqual(state.Maintained, StringComparer.Ordinal)));

    internal static (ConfigurationSeen Seen, IReadOnlyList<ConfigurationChange> Changes) Between(ConfigurationSeen seen, ClusterSnapshot now)
    {
        var changes = new List<ConfigurationChange>();
        if (seen.Nodes is { } known)
        {
            changes.AddRange(known.Nodes.Where(n => now.Of(n.Node) is null).Select(n => new ConfigurationChange("Nodes", n.Name, $"{n.Name} is no longer listed", Address(n), null)));
            changes.AddRange(now.Nodes.Where(n => known.Of(n.Node) is null).Select(n => new ConfigurationChange("Nodes", n.Name, $"{n.Name} was discovered", null, Address(n))));
        }

        var then = seen with { Nodes = now };
        if (now is not { Primary: { Facts.LastState: { } state } primary })
            return (then, changes);

        if (!ReferenceEquals(seen.Primary, now.PrimaryNode) || seen.Term != now.Term)
            changes.Add(new ConfigurationChange("Primary", primary.Name, $"{primary.Name} is seen as the primary{Of(now.Term)}", seen.Primary is { } before ? before.Name + Of(seen.Term) : null, primary.Name + Of(now.Term)));
        if (seen.Names != state.SynchronousStandbyNames)
            changes.Add(new ConfigurationChange("SynchronousStandbyNames", primary.Name, $"synchronous_standby_names of {primary.Name} is seen as '{state.SynchronousStandbyNames}'", seen.Primary is null ? null : seen.Names, state.SynchronousStandbyNames));
        if (seen.IsPaused != state.IsPaused)
            changes.Add(new ConfigurationChange("Pause", null, state.IsPaused ? "automatic failover is seen to be paused" : "automatic failover is seen to go on", Word(seen.IsPaused), Word(state.IsPaused)));
        if (!seen.Maintained.SequenceEqual(state.Maintained, StringComparer.Ordinal))
            changes.Add(new ConfigurationChange("Maintenance", null, $"under maintenance: {List(state.Maintained)}", List(seen.Maintained), List(state.Maintained)));
        return (then with { Primary = now.PrimaryNode, Term = now.Term, Names = state.SynchronousStandbyNames, IsPaused = state.IsPaused, Maintained = state.Maintained }, changes);
    }

    private static string Address(NodeSnapshot node) => string.Create(CultureInfo.InvariantCulture, $"{node.Host}:{node.Port}");

    private static string Of(long? term) => term is { } number ? string.Create(CultureInfo.InvariantCulture, $", term {number}") : "";

    private static string Word(bool isPaused) => isPaused ? "paused" : "automatic";

    private static string List(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
