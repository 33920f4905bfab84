using System.Globalization;

namespace HaConnect.Failover;

/// <summary>
/// A voter's durable record: the term it promised, to whom, how far that coordinator has come here, the newest decision it knows of, and
/// whose record it is. A decision outlives the promises of later terms: whoever comes next must learn that somebody may have been promoted.
/// Kept as the setting <c>haconnect.term</c> in <c>postgresql.auto.conf</c> (base backups and pg_rewind copy that file, hence the identity:
/// a record that names another node is no vote). The fields are separated by commas, which names cannot contain.
/// </summary>
/// <param name="Term">The term it has promised: it takes orders of this one only, or of a later one.</param>
/// <param name="Coordinator">To whom.</param>
/// <param name="Phase">How far that coordinator has come here.</param>
/// <param name="DecisionTerm">The term of the newest decision it knows of; 0 where there is none.</param>
/// <param name="Decision">The node that was decided for in that term; empty where there is none.</param>
/// <param name="Node">Whose record it is.</param>
internal sealed record Register(long Term, string Coordinator, RegisterPhase Phase, long DecisionTerm, string Decision, string Node)
{
    /// <summary>Its decision was accepted by this voter or another, so that the node decided for may take writes.</summary>
    internal bool IsAccepted => Phase is RegisterPhase.Accepted or RegisterPhase.Established or RegisterPhase.PromisedAfterAcceptance;

    internal static Register? Parse(string? text)
    {
        var fields = text?.Split(',');
        return fields is [var term, var coordinator, var phase, var decisionTerm, var decision, var node]
            && long.TryParse(term, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && Enum.TryParse<RegisterPhase>(phase, ignoreCase: true, out var parsed)
            && long.TryParse(decisionTerm, NumberStyles.None, CultureInfo.InvariantCulture, out var decided)
            ? new Register(number, coordinator, parsed, decided, decision, node)
            : null;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Term},{Coordinator},{Phase.ToString().ToLowerInvariant()},{DecisionTerm},{Decision},{Node}");
}
