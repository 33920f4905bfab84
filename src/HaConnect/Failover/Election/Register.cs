using System.Globalization;

namespace HaConnect.Failover;

/// <summary>
/// A voter's durable record: the term it promised, to whom, how far that coordinator has come here, whom it decided for, and whose
/// record it is. Kept as the setting <c>haconnect.term</c> in <c>postgresql.auto.conf</c> (base backups and pg_rewind copy that
/// file, hence the identity: a record that names another node is no vote). The fields are separated by commas, which names cannot
/// contain.
/// </summary>
internal sealed record Register(long Term, string Coordinator, RegisterPhase Phase, string Decision, string Node)
{
    internal static Register? Parse(string? text)
    {
        var fields = text?.Split(',');
        return fields is [var term, var coordinator, var phase, var decision, var node]
            && long.TryParse(term, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && Enum.TryParse<RegisterPhase>(phase, ignoreCase: true, out var parsed)
            ? new Register(number, coordinator, parsed, decision, node)
            : null;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Term},{Coordinator},{Phase.ToString().ToLowerInvariant()},{Decision},{Node}");
}
