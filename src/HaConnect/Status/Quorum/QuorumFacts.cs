using HaConnect.Failover.Promotion;
using HaConnect.Options;
using HaConnect.Probing;
using HaConnect.Status;

namespace HaConnect.Status.Quorum;

/// <summary>What the quorum arithmetic is done with. Names and numbers of voters come from the options, never from who happens to be in reach.</summary>
internal sealed record QuorumFacts
{
    internal required IReadOnlyList<VoterFact> Voters { get; init; }

    /// <summary>The newest established term; null where none was seen.</summary>
    internal TermRow? Term { get; init; }

    /// <summary>The primary now; null while there is none.</summary>
    internal string? Primary { get; init; }

    /// <summary>Null while there is no primary, or its setting cannot be understood.</summary>
    internal CommitFact? Commit { get; init; }
    internal bool IsGivenUp { get; init; }

    /// <summary>Null where that cannot be seen.</summary>
    internal bool? IsPaused { get; init; }

    /// <summary>Somebody is elected, as far as is seen.</summary>
    internal bool IsCoordinated { get; init; }

    /// <summary>This instance is elected, but does not act.</summary>
    internal bool RefusesToAct { get; init; }
    internal required FailoverOptions Options { get; init; }

    internal int Majority => Voters.Count / 2 + 1;

    internal IEnumerable<VoterFact> DataNodes => Voters.Where(v => !v.IsWitness);

    internal static QuorumFacts Of(ClusterSnapshot snapshot, HaDatabaseOptions options, Office office)
    {
        List<VoterFact> voters = [];
        foreach (var node in ConfiguredNode.DataNodesOf(options))
        {
            var seen = snapshot.Nodes.FirstOrDefault(n => n.Node.IsConfigured && n.Name == node.Name);
            voters.Add(new VoterFact(node.Name, IsWitness: false, seen is null ? Sight.Unknown : Sights.Of(seen, snapshot, options),
                seen is { Role: NodeRole.Standby, Reachability: NodeReachability.Reachable, IsForeign: false }));
        }

        voters.AddRange(snapshot.Witnesses.Select(w => new VoterFact(w.Name, IsWitness: true, Sights.Of(w, snapshot, options), IsStandby: false)));
        return new QuorumFacts
        {
            Voters = voters,
            Term = snapshot.NewestTerm is { IsGivenUp: false } term ? term : null,
            Primary = snapshot.Primary?.Name,
            Commit = snapshot.Primary?.Facts?.LastState is { } state ? CommitOf(state) : null,
            IsGivenUp = snapshot.IsGivenUp,
            IsPaused = StatusBuilder.IsPaused(snapshot),
            IsCoordinated = office.IsHeld || CoordinatorWords.LocksHeldOn(snapshot).Count > 0,
            RefusesToAct = office is { IsHeld: true, Acts: false },
            Options = options.Failover,
        };
    }

    private static CommitFact? CommitOf(ServerState primary)
    {
        SynchronousNames? names;
        try
        {
            names = SynchronousNames.Parse(primary.SynchronousStandbyNames);
        }
        catch (FormatException)
        {
            return null;
        }

        if (names is null)
            return new CommitFact(0, [], [], IsClosed: false);
        var isClosed = SynchronousNames.IsClosed(primary.SynchronousStandbyNames) || SynchronousNames.IsPending(primary.SynchronousStandbyNames);
        var any = names.Names.Contains("*", StringComparer.Ordinal);

        // A standby with two connections is one: PostgreSQL may count it twice, but then nothing more is proven by that.
        IReadOnlyList<string>? streaming = !primary.SeesStatistics ? null
            : [.. primary.Senders.Where(s => s.IsStreaming && (any || names.Names.Contains(s.ApplicationName, StringComparer.OrdinalIgnoreCase))).Select(s => s.ApplicationName).Distinct(StringComparer.OrdinalIgnoreCase)];
        return new CommitFact(names.Required, any ? [] : names.Names, streaming, isClosed);
    }
}
