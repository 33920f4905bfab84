using System.Globalization;

namespace HaConnect.Operations.Integrity;

/// <summary>
/// Tells what was changed at the left since the right side was copied: each version of a row that the left one has and that was made by a transaction which had committed in the copy has to be there just so;
/// all else can be different by right.
/// </summary>
/// <param name="nextTransaction">The copy's next transaction id.</param>
/// <param name="areCounted">Whether the rows have no key, and a digest is how many there are of the same.</param>
internal sealed class CopyJudge(long nextTransaction, bool areCounted)
{
    private const string NextSql = "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::bigint";

    /// <summary>Of those that ran when the copy was made: they were rolled back there.</summary>
    private const string RolledBackSql = """
        SELECT x FROM pg_catalog.unnest($1) x WHERE pg_catalog.pg_xact_status(x::pg_catalog.text::pg_catalog.xid8) IS DISTINCT FROM 'committed' AND pg_catalog.pg_xact_status(x::pg_catalog.text::pg_catalog.xid8) IS NOT NULL
        """;

    /// <summary>Whether each of these differences is one that later changes at the left explain.</summary>
    internal async Task<List<bool>> ExcuseAsync(SessionPair pair, List<Candidate> rows, CancellationToken cancellationToken)
    {
        var next = await pair.Left.ScalarAsync<long>(new Statement(NextSql), cancellationToken).ConfigureAwait(false);
        var earlier = rows.Where(r => r.Left is not null).Select(r => Whole(r.Left!.Value.Version, next)).Where(x => x >= FirstNormal && x < nextTransaction).Distinct().ToArray();
        var rolledBack = (await pair.Right.QueryAsync(new Statement(RolledBackSql, earlier), static row => row.GetInt64(0), cancellationToken).ConfigureAwait(false)).ToHashSet();
        return rows.ConvertAll(r => IsExcused(r, nextTransaction, next, rolledBack) || (areCounted && r.Right?.Digest > r.Left?.Digest));
    }

    internal const long FirstNormal = 3;

    /// <summary>Pure.</summary>
    internal static bool IsExcused(Candidate row, long copyNext, long next, IReadOnlySet<long> rolledBack) =>
        row.Left is not { } left || Whole(left.Version, next) is var by && (by >= copyNext || rolledBack.Contains(by));

    /// <summary>The transaction of a row's version, whose upper half is not stored: the last one with this lower half.</summary>
    internal static long Whole(long lower, long next)
    {
        const long Epoch = 1L << 32;
        if (lower < FirstNormal)
            return lower; // frozen, before anybody counted
        var whole = (next & ~(Epoch - 1)) | lower;
        return whole >= next && whole >= Epoch ? whole - Epoch : whole;
    }
}
