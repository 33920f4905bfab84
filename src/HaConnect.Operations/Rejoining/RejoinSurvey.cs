using NpgsqlTypes;

namespace HaConnect.Operations.Rejoining;

/// <summary>Looks at a node that is stopped, and at the primary, and changes nothing.</summary>
internal sealed class RejoinSurvey : IDisposable
{
    private readonly LocalWalFiles _files;
    private readonly PrimaryServer _primary;
    private readonly ControlData? _control;
    private readonly ServerWal? _wal;
    private readonly HistoryComparison? _comparison;
    private readonly ServerWal? _primaryWal;
    private ulong _primaryEnd;

    private RejoinSurvey(LocalWalFiles files, PrimaryServer primary, ControlData? control, ServerWal? wal, ServerWal? primaryWal, HistoryComparison? comparison) =>
        (_files, _primary, _control, _wal, _primaryWal, _comparison) = (files, primary, control, wal, primaryWal, comparison);

    internal RejoinFacts Facts { get; private set; } = new();

    /// <exception cref="RejoinRefusedException">The folder belongs to another cluster, or cannot be read.</exception>
    internal static async Task<RejoinSurvey> OfAsync(RejoinOrder order, IServerHost host, DataFolder folder, PrimaryServer primary, CancellationToken cancellationToken)
    {
        var facts = new RejoinFacts { PrimaryMajor = primary.Major, PrimaryTimeline = primary.Timeline, HasData = folder.HasData, RewindWasInterrupted = folder.RewindWasInterrupted };
        var files = new LocalWalFiles(folder.WalPath);

        // After an interrupted pg_rewind nothing in there is what it says; it was looked at before that was begun.
        if (!facts.HasData || facts.RewindWasInterrupted)
            return new RejoinSurvey(files, primary, null, null, null, null) { Facts = facts };
        try
        {
            var control = await ReadControlDataAsync(order, host, cancellationToken).ConfigureAwait(false);
            if (control.SystemIdentifier is { } identifier && identifier != primary.SystemIdentifier.ToString(System.Globalization.CultureInfo.InvariantCulture))
                throw new RejoinRefusedException($"{order.DataDirectory} belongs to another cluster: its system identifier is {identifier}, that of {primary.Node.Name} is {primary.SystemIdentifier}. Correct DataDirectory, or empty the folder for a base backup.");
            if (control.Geometry is not { SegmentSize: > 0, PageSize: > 0 } geometry)
                throw new RejoinRefusedException($"pg_controldata of {order.DataDirectory} does not say how large WAL segments are. Is it of the server's version?");
            var timeline = folder.NewestTimeline;
            var mine = timeline == 1 ? "" : folder.ReadHistory(timeline);
            var theirs = new TimelineHistory(await primary.ReadHistoryAsync(cancellationToken).ConfigureAwait(false)).Stretches(primary.Timeline);
            var wal = mine is null || geometry.SegmentSize != primary.SegmentSize ? null : new ServerWal(files, geometry, new TimelineHistory(mine).Stretches(timeline));
            var primaryWal = new ServerWal(primary, geometry, theirs);
            var survey = new RejoinSurvey(files, primary, control, wal, primaryWal, wal is null ? null : new HistoryComparison(wal, primaryWal, geometry));
            survey.Facts = await survey.LookAsync(facts with
            {
                Major = folder.Major,
                WasStandby = folder.WasStandby,
                Timeline = timeline,
                CanRewind = control.HasChecksumsOrHints,
                HistoriesDiffer = true,
            }, cancellationToken).ConfigureAwait(false);
            return survey;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>What the node has committed that the primary does not have.</summary>
    internal async Task<RejoinLosses> CountLossesAsync(CancellationToken cancellationToken)
    {
        if (_wal is null || _comparison is null)
            return new(0, 0, null, "its own history file is gone");
        if (await FindDivergenceAsync(cancellationToken).ConfigureAwait(false) is not (var first, var position))
            return new(0, 0, null, "the WAL is gone by which one could tell where its history and the primary's part");
        var (commits, prepared, last) = (0L, 0L, _wal.History.Count - 1);
        for (var s = first; s <= last; s++)
        {
            var from = s == first ? position : _wal.History[s].Begin;
            var end = await _wal.ReaderOf(s).ReadAsync(from, _wal.History[s].End, Count, Facts.WasStandby, cancellationToken).ConfigureAwait(false);
            var doubt = end.Doubt ?? (s == last && end.Position < _control!.NeedsUpTo(_wal.History[s].Timeline) ? $"its WAL ends at {new NpgsqlLogSequenceNumber(end.Position)}, before what its own files need" : null);
            if (doubt is not null)
                return new(commits, prepared, position, doubt);
        }

        return new(commits, prepared, position, null);

        void Count(WalRecord record) => (commits, prepared) = (commits + (record.IsCommit ? 1 : 0), prepared + (record.IsPrepare ? 1 : 0));
    }

    public void Dispose() => _files.Dispose();

    private async Task<RejoinFacts> LookAsync(RejoinFacts facts, CancellationToken cancellationToken)
    {
        if (_wal is null || _comparison is null || _comparison.Common < _wal.History.Count)
            return facts;
        var last = _wal.History.Count - 1;
        var end = facts.WasStandby ? await ReadEndAsync(last, cancellationToken).ConfigureAwait(false) : ulong.MaxValue;
        var fork = _primaryWal!.History[last].End;
        _primaryEnd = await _primary.FlushedAsync(cancellationToken).ConfigureAwait(false); // after the node's own, which it must not seem to be behind
        var (left, shares) = (fork ?? _primaryEnd, (bool?)null);
        if (end is { } own && (facts.WasStandby || fork is not null))
        {
            // Where nothing is on the newest timeline yet, it is the one before that tells.
            var (s, upTo) = (last, Math.Min(own, left));
            while (s > 0 && upTo <= _wal.History[s].Begin)
                (upTo, s) = (_wal.History[s].Begin, s - 1);
            shares = await _comparison.SharesAsync(s, upTo, cancellationToken).ConfigureAwait(false);
        }

        return facts with { HistoriesDiffer = false, Fork = fork is { } f ? new NpgsqlLogSequenceNumber(f) : null, SharesHistory = shares, IsBeyond = end > left };
    }

    /// <summary>Behind the last record of a standby; null where that cannot be told.</summary>
    private async Task<ulong?> ReadEndAsync(int stretch, CancellationToken cancellationToken)
    {
        var (timeline, begin, _) = _wal!.History[stretch];
        var from = _control!.ReadableFrom(timeline) ?? begin;
        if (from == 0)
            return null;
        var end = await _wal.ReaderOf(stretch).ReadAsync(from, null, static _ => { }, leavesRemains: true, cancellationToken).ConfigureAwait(false);
        return end.Doubt is null && end.Position >= _control.NeedsUpTo(timeline) ? end.Position : null;
    }

    /// <summary>The last position up to which both have written one history.</summary>
    private async Task<(int Stretch, ulong Position)?> FindDivergenceAsync(CancellationToken cancellationToken)
    {
        if (_primaryEnd == 0)
            _primaryEnd = await _primary.FlushedAsync(cancellationToken).ConfigureAwait(false);
        for (var s = _comparison!.Common - 1; s >= 0; s--)
        {
            var mine = _wal!.History[s].End ?? (Facts.WasStandby ? await ReadEndAsync(s, cancellationToken).ConfigureAwait(false) : ulong.MaxValue);
            var upTo = Math.Min(mine ?? 0, _primaryWal!.History[s].End ?? _primaryEnd);
            if (upTo <= _wal.History[s].Begin && mine is not null)
                continue;

            // Both write, or have written, to one timeline: unless one of the two is a twin's there is no position up to which they are one.
            if (mine == ulong.MaxValue && _primaryWal.History[s].End is null && await _comparison.SharesAsync(s, upTo, cancellationToken).ConfigureAwait(false) is not false)
                return null;
            switch (upTo == 0 ? null : await _comparison.SharesAsync(s, upTo, cancellationToken).ConfigureAwait(false))
            {
                case true:
                case null when s == 0 && upTo > 0: // only one cluster has a first timeline
                    return (s, upTo);
                case null:
                    return null;
            }
        }

        return null;
    }

    private static async Task<ControlData> ReadControlDataAsync(RejoinOrder order, IServerHost host, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await host.RunAsync("pg_controldata", ["-D", order.DataDirectory], null, cancellationToken).ConfigureAwait(false);
        return exitCode == 0 ? new ControlData(output) : throw new RejoinRefusedException($"pg_controldata cannot read {order.DataDirectory}: {output.Trim()}");
    }
}
