using HaConnect.Probing;

namespace HaConnect.Topology;

/// <summary>
/// Proves how old a read can be. A sample (t, L) says: at time t, before the probe was sent, nothing beyond L had been acked by the
/// primary of the epoch. A standby of that epoch that has replayed R is credited with the newest sample with L ≤ R: it contains
/// everything acked before t. In a managed cluster with k ≥ 1 a sample counts only up to the moment at which k synchronous standbys
/// still showed no later promise: before that no newer primary can have acked anything. Where no term is established yet, it counts up to
/// the moment at which the primary itself still showed none: every failover comes after the first term. Docs: docs/concepts/staleness.md.
/// One writer; not thread-safe.
/// </summary>
internal sealed class StalenessLedger
{
    /// <summary>Nothing is proven.</summary>
    internal const long None = long.MinValue;

    private const int MaxSamples = 512;
    private readonly List<(long Time, ulong Lsn)> _samples = new(MaxSamples);
    private readonly Dictionary<Node, long> _noLaterPromiseAt = []; // of the synchronous standbys
    private readonly Dictionary<Node, Credit> _credits = [];
    private long _noLaterPromiseUntil; // computed when a probe changes it, and asked for every node

    internal Epoch? Epoch { get; private set; }

    internal void Begin(Epoch? epoch)
    {
        if (Equals(Epoch, epoch))
            return;
        Epoch = epoch;
        _samples.Clear();
        _noLaterPromiseAt.Clear();
        _credits.Clear();
        _noLaterPromiseUntil = epoch?.Term is null ? None : NoLaterPromiseUntil(epoch);
    }

    /// <summary>Of a node that was removed.</summary>
    internal void Forget(Node node)
    {
        _credits.Remove(node);
        _noLaterPromiseAt.Remove(node); // what is computed from it was true when it was seen
    }

    internal void Observe(NodeFacts facts)
    {
        if (Epoch is not { } epoch || facts.LastState is not { } state)
            return;
        if (!state.InRecovery)
        {
            if (ReferenceEquals(facts.Node, epoch.Primary) && state.StartTime == epoch.StartTime && state.InsertLsn is { } insert)
            {
                AddSample(facts.LastStateSentAt, WalPosition.BeforePageHeader(insert, state.BlockSize, state.SegmentSize));
                if (epoch.Term is null)
                    _noLaterPromiseUntil = Math.Max(_noLaterPromiseUntil, facts.LastStateSentAt);
            }

            return;
        }

        if (epoch.Term is { } term && state.SeesRegister && (state.Register?.Term ?? 0) <= term.Term && term.SynchronousStandbys.Contains(facts.Node.Name, StringComparer.Ordinal))
        {
            _noLaterPromiseAt[facts.Node] = facts.LastStateSentAt;
            _noLaterPromiseUntil = NoLaterPromiseUntil(epoch);
        }

        // A restarted standby may accept reads behind what it had replayed before, so nothing is kept across a restart, be it that the
        // new process does not follow the epoch (yet).
        if (_credits.TryGetValue(facts.Node, out var credit) && credit.StartTime != state.StartTime)
            _credits.Remove(facts.Node);
        if (Follows(facts, epoch) && state.ReplayLsn is { } replay)
            _credits[facts.Node] = Best(_credits.GetValueOrDefault(facts.Node), state.StartTime, replay);
    }

    /// <summary>The time before which everything acked is visible at the node; <see cref="None"/> where nothing is proven.</summary>
    internal long CreditOf(Node node, bool requireNoLaterPromise)
    {
        if (Epoch is not { } epoch)
            return None;
        var limit = requireNoLaterPromise ? _noLaterPromiseUntil : long.MaxValue;
        if (ReferenceEquals(node, epoch.Primary))
            return limit;
        return _credits.TryGetValue(node, out var credit) ? NewestSampleWithin(credit.Replayed, limit) : None;
    }

    /// <summary>How far the node was seen to have replayed in this epoch; 0 where that is not proven.</summary>
    internal ulong ReplayedBy(Node node) => _credits.TryGetValue(node, out var credit) ? credit.Replayed : 0;

    /// <summary>The primary's newest sampled position, for the lag in bytes.</summary>
    internal ulong? NewestPosition => _samples.Count == 0 ? null : _samples[^1].Lsn;

    private static bool Follows(NodeFacts facts, Epoch epoch)
    {
        var state = facts.LastState!;
        if (facts.Timeline != epoch.Timeline)
            return false;

        // Two nodes promoted from one parent have equal timeline numbers; the replicated row of the term tells them apart.
        return epoch.Term is not { } term || (state.SeesTerms && state.NewestTerm?.Term == term.Term && state.NewestTerm.Primary == term.Primary);
    }

    private static Credit Best(Credit? before, DateTime startTime, ulong replayed) =>
        before is not null && before.Replayed > replayed ? before : new Credit(startTime, replayed);

    private void AddSample(long time, ulong lsn)
    {
        if (_samples.Count > 0 && (_samples[^1].Time >= time || _samples[^1].Lsn > lsn))
            return;
        if (_samples.Count == MaxSamples)
            ThinOut();
        _samples.Add((time, lsn));
    }

    /// <summary>Drops every other sample of the older half: a rarer sample proves less, never more.</summary>
    private void ThinOut()
    {
        var kept = MaxSamples / 4;
        for (var i = 0; i < kept; i++)
            _samples[i] = _samples[2 * i];
        _samples.RemoveRange(kept, MaxSamples / 4);
    }

    private long NoLaterPromiseUntil(Epoch epoch)
    {
        var term = epoch.Term!;
        if (term.Required == 0)
            return long.MaxValue;
        var seen = _noLaterPromiseAt.Values.OrderDescending().ElementAtOrDefault(term.Required - 1);
        return seen == 0 ? None : seen;
    }

    private long NewestSampleWithin(ulong replayed, long limit)
    {
        for (var i = _samples.Count - 1; i >= 0; i--)
        {
            if (_samples[i].Lsn <= replayed && _samples[i].Time <= limit)
                return _samples[i].Time;
        }

        return None;
    }

    private sealed record Credit(DateTime StartTime, ulong Replayed);
}
