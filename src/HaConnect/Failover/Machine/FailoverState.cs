using System.Collections.Immutable;
using HaConnect.Failover.Detection;
using HaConnect.Failover.Fencing;
using HaConnect.Failover.Switchover;
using HaConnect.Probing;

namespace HaConnect.Failover;

/// <summary>All that a coordinator knows. Immutable: an event makes the next one.</summary>
internal sealed record FailoverState
{
    internal required FailoverSettings Settings { get; init; }

    internal required ImmutableSortedDictionary<string, VoterState> Voters { get; init; }

    internal Step Step { get; init; } = Step.Watching;

    /// <summary>Rises with each step, so that late answers and timers of an earlier one are known as such.</summary>
    internal int StepNumber { get; init; }

    internal Goal Goal { get; init; }

    /// <summary>What was asked in this step and is not answered yet.</summary>
    internal ImmutableHashSet<(string Node, string Command)> Pending { get; init; } = [];

    internal bool GraceOver { get; init; }

    internal bool TimeOver { get; init; }

    internal bool StopRequested { get; init; }

    /// <summary>It is to stop, and leaves nothing that it would have to undo.</summary>
    internal bool MayStop => StopRequested && CalledOff is null && Request is null;

    internal PrimaryVerdict Verdict { get; init; } = PrimaryVerdict.None;

    /// <summary>The term of this attempt; it is promised before anything is changed.</summary>
    internal long Term { get; init; }

    /// <summary>The newest decision known when the promise was asked for; it is not forgotten with the session of whoever told of it.</summary>
    internal Decision NewestDecision { get; init; } = Decision.None;

    /// <summary>Likewise the newest that was accepted.</summary>
    internal Decision NewestAcceptance { get; init; } = Decision.None;

    internal string? Candidate { get; init; }

    /// <summary>The standbys that will have to ack for the candidate.</summary>
    internal ImmutableArray<string> CandidateStandbys { get; init; } = [];

    /// <summary>How many of them.</summary>
    internal int CandidateRequired { get; init; }

    /// <summary>Of each data node whether, and since when, it streams from the primary.</summary>
    internal ImmutableSortedDictionary<string, StreamSeen> Streams { get; init; } = ImmutableSortedDictionary.Create<string, StreamSeen>(StringComparer.Ordinal);

    internal ulong? TermLsn { get; init; }

    /// <summary>The switchover that is being tried.</summary>
    internal SwitchoverRequest? Request { get; init; }

    /// <summary>Why it was called off, until that is undone; whoever is being stopped undoes it first.</summary>
    internal string? CalledOff { get; init; }

    /// <summary>What became of fencing the lost primary from outside PostgreSQL.</summary>
    internal FenceAnswer? Isolation { get; init; }

    /// <summary>Whose sessions were ended so that the primary was drained.</summary>
    internal ImmutableArray<string> EndedSessions { get; init; } = [];

    /// <summary>Behind everything that the primary had written when it was sealed.</summary>
    internal ulong? SealedAt { get; init; }

    internal bool IsMarked { get; init; }

    internal bool FlushSeen { get; init; }

    /// <summary>The newest established term this coordinator has read; it outlives the attempt.</summary>
    internal TermRow? Established { get; init; }

    /// <summary>Whether every standby of <see cref="Established"/> has shown its row, which the first failover waits for.</summary>
    internal bool EstablishedIsEverywhere { get; init; }

    /// <summary>The newest that this coordinator has read; it outlives the attempt.</summary>
    internal Pauses Pauses { get; init; } = Pauses.None;

    internal bool IsPaused => Pauses.Why is not null;

    /// <summary>Why this instance may not coordinate, or refused a failover; told once, until it changes.</summary>
    internal string? Refusal { get; init; }

    /// <summary>The last sentence that was told.</summary>
    internal string? LastTold { get; init; }

    /// <summary>Why an old primary could not be fenced; told once, until it changes.</summary>
    internal string? FenceProblem { get; init; }

    /// <summary>How often a term was begun and not brought to an end; the pause before the next grows with it.</summary>
    internal int FailuresInARow { get; init; }

    internal static FailoverState Initial(FailoverSettings settings) => new()
    {
        Settings = settings,
        Voters = settings.Voters.ToImmutableSortedDictionary(v => v.Name, v => new VoterState(v), StringComparer.Ordinal),
    };

    internal IEnumerable<VoterState> Held => Voters.Values.Where(v => v.HoldsLock);

    internal IEnumerable<VoterState> Promised => Held.Where(v => v.Promised == Term && Term > 0);

    internal IEnumerable<VoterState> CutOff => Promised.Where(v => v.IsCutOff);

    internal IReadOnlyList<string> CutOffNames => [.. CutOff.Select(v => v.Voter.Name)];

    internal bool HoldsMajority => Held.Count() >= Settings.Majority;

    internal int DataNodeCount => Settings.DataNodes.Count();

    internal bool AllAnswered => Pending.IsEmpty;

    /// <summary>Everybody who can has answered: a lost primary is not waited for.</summary>
    internal bool AllWhoCanAnswered => AllAnswered || (Verdict.IsLost && Pending.All(p => p.Node == Verdict.Primary));

    /// <summary>Everybody who can has answered, or the stragglers were waited for long enough.</summary>
    internal bool Settled => AllWhoCanAnswered || GraceOver;

    /// <summary>The established primary, where its lock is held.</summary>
    internal VoterState? PrimaryState => Established is { } row && Voters.GetValueOrDefault(row.Primary) is { HoldsLock: true } primary ? primary : null;

    internal VoterState? CandidateState => Candidate is { } name ? Voters.GetValueOrDefault(name) : null;

    internal IEnumerable<VoterRecord> Records => Held.Where(v => v.Record is not null).Select(v => v.Record!);

    internal FailoverState With(string node, Func<VoterState, VoterState> change) =>
        Voters.TryGetValue(node, out var voter) ? this with { Voters = Voters.SetItem(node, change(voter)) } : this;

    internal FailoverState WithAll(Func<VoterState, VoterState> change) =>
        this with { Voters = Voters.ToImmutableSortedDictionary(p => p.Key, p => change(p.Value), StringComparer.Ordinal) };

    internal static string List(IEnumerable<VoterState> voters)
    {
        var names = voters.Select(v => v.Voter.Name).ToList();
        return names.Count == 0 ? "none" : string.Join(", ", names);
    }
}
