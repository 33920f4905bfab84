using System.Globalization;

namespace HaConnect.Failover;

/// <summary>
/// A voter's durable record: the term it promised, to whom, how far that coordinator has come here, the newest decision and the newest
/// acceptance it knows of, and whose record it is. Both outlive the promises of later terms: whoever comes next must learn that somebody may
/// have been promoted, and that somebody may take writes.
/// Kept as the setting <c>haconnect.term</c> in <c>postgresql.auto.conf</c> (base backups and pg_rewind copy that file, hence the identity:
/// a record that names another node is no vote). The fields are separated by commas, which names cannot contain.
/// </summary>
/// <param name="Term">The term it has promised: it takes orders of this one only, or of a later one.</param>
/// <param name="Coordinator">To whom.</param>
/// <param name="Phase">How far that coordinator has come here.</param>
/// <param name="Decided">The newest decision it knows of: its node may have been promoted.</param>
/// <param name="Accepted">The newest decision that it knows to have been accepted, here or elsewhere: its node may take writes.</param>
/// <param name="Node">Whose record it is.</param>
internal sealed record Register(long Term, string Coordinator, RegisterPhase Phase, Decision Decided, Decision Accepted, string Node)
{
    internal static Register? Parse(string? text)
    {
        var fields = text?.Split(',');
        return fields is [var term, var coordinator, var phase, var decidedTerm, var decided, var acceptedTerm, var accepted, var node]
            && Number(term) is { } number && Enum.TryParse<RegisterPhase>(phase, ignoreCase: true, out var parsed)
            && Number(decidedTerm) is { } decidedIn && Number(acceptedTerm) is { } acceptedIn
            ? new Register(number, coordinator, parsed, new Decision(decidedIn, decided), new Decision(acceptedIn, accepted), node)
            : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Term},{Coordinator},{Phase.ToString().ToLowerInvariant()},{Decided.Term},{Decided.Node},{Accepted.Term},{Accepted.Node},{Node}");

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
