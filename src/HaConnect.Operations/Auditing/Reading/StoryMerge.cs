namespace HaConnect.Operations.Auditing;

/// <summary>The order of several chains' records: see <see cref="AuditReader.Merge"/>. Pure.</summary>
internal static class StoryMerge
{
    internal static IEnumerable<AuditEntry> Run(IReadOnlyList<IEnumerable<AuditEntry>> chains)
    {
        var heads = chains.Select(c => new ChainHead(c.GetEnumerator())).ToList();
        try
        {
            heads.RemoveAll(h => !h.Advance());
            while (heads.Count > 0)
            {
                // Whoever acts in a later term than another one still has to tell of waits for that.
                var term = heads.Min(h => h.Term ?? long.MaxValue);
                var next = heads.Where(h => h.Term is null || h.Term == term).OrderBy(h => h.At).ThenBy(h => h.Current.Chain, StringComparer.Ordinal).First();
                yield return next.Current;
                if (!next.Advance())
                {
                    next.Dispose();
                    heads.Remove(next);
                }
            }
        }
        finally
        {
            foreach (var head in heads)
                head.Dispose();
        }
    }

    /// <summary>The next record of a chain.</summary>
    private sealed class ChainHead(IEnumerator<AuditEntry> records) : IDisposable
    {
        internal AuditEntry Current => records.Current;

        /// <summary>Of what was decided or done: a promise of a majority is between two of these. What others see or are refused in an old term can be late.</summary>
        internal long? Term => Current.Record.Kind is AuditKind.Act or AuditKind.Decision ? Current.Record.Term : null;

        /// <summary>Never earlier than the record before: a clock that is put back does not bring what follows forward.</summary>
        internal DateTimeOffset At { get; private set; } = DateTimeOffset.MinValue;

        internal bool Advance()
        {
            if (!records.MoveNext())
                return false;
            At = Current.Record.At > At ? Current.Record.At : At;
            return true;
        }

        public void Dispose() => records.Dispose();
    }
}
