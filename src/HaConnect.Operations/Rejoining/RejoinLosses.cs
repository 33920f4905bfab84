using NpgsqlTypes;

namespace HaConnect.Operations.Rejoining;

/// <summary>What a node has and the primary has not.</summary>
/// <param name="Commits">Committed transactions, as far as they can be counted.</param>
/// <param name="Prepared">Transactions that were prepared, or that had been and were rolled back.</param>
/// <param name="From">Up to where the two are one; null where that is not known.</param>
/// <param name="Doubt">Why there may be more, as a part of a sentence; null where that is all.</param>
internal sealed record RejoinLosses(long Commits, long Prepared, ulong? From, string? Doubt)
{
    internal bool AreNone => Commits == 0 && Prepared == 0 && Doubt is null;

    internal string Tell(string node, string primary)
    {
        var after = From is { } from ? $" after {new NpgsqlLogSequenceNumber(from)}" : "";
        if (Doubt is not null)
            return FormattableString.Invariant($"what {node} has{after} that {primary} does not have cannot be told: {Doubt}{(Commits + Prepared > 0 ? $"; {Commits} commits were found before that" : "")}");
        return FormattableString.Invariant($"{node} has {Commits} commits{(Prepared > 0 ? $" and {Prepared} prepared transactions" : "")}{after} that {primary} does not have");
    }
}
