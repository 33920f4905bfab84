using System.Globalization;
using HaConnect.Failover.Promotion;
using HaConnect.Probing;

namespace HaConnect.Failover.Manual;

/// <summary>
/// Whether a node may be fenced because somebody asks for it: only an old primary, never the one of the newest term, and never while a later term
/// may be under way, whose primary it could become. Pure.
/// </summary>
internal static class ManualFenceRules
{
    private const string Standby = "it is a standby, and takes no writes";

    /// <summary>The term in force, as far as the answers tell.</summary>
    internal static TermRow? TermInForce(IEnumerable<VoterAnswer> answers) => answers.Select(a => a.Record?.EstablishedTerm).MaxBy(t => t?.Term ?? 0);

    /// <summary>Null where nothing is against it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="answers">Of every configured voter.</param>
    internal static string? WhyNot(string node, IReadOnlyList<VoterAnswer> answers)
    {
        var answered = answers.Where(IsRead).ToList();
        if (answered.Count <= answers.Count / 2)
            return string.Create(CultureInfo.InvariantCulture, $"{answered.Count} of {answers.Count} voters answer, and without a majority a later term may be out of sight, whose primary it could be: {Silent(answers)}");
        if (TermInForce(answers) is not { } term)
            return "no term is on record, so that nothing says which node is the primary and which is an old one. Stop the wrong one, and rejoin it";
        if (term.IsGivenUp)
            return string.Create(CultureInfo.InvariantCulture, $"coordination of this cluster was given up, on record as term {term.Term}, so that nothing says which node is the primary and which is an old one. Stop the wrong one, and rejoin it");
        if (term.Primary == node)
            return string.Create(CultureInfo.InvariantCulture, $"it is the established primary of term {term.Term}, the newest that is known. To make another node the primary ask for a switchover, or, where it is lost, for a failover");
        return answered.FirstOrDefault(a => Latest(a.Record!) > term.Term) is { } later
            ? string.Create(CultureInfo.InvariantCulture, $"{later.Voter} knows of term {Latest(later.Record!)}, which is not established: a failover is under way, or came to no end. Let coordinators finish it; they fence whoever is old")
            : null;
    }

    /// <summary>What keeps a program from it; null where nothing does, or nothing was read of the node.</summary>
    internal static string? WhyNotFromOutside(string node, IReadOnlyList<VoterAnswer> answers) => answers.First(a => a.Voter == node) is { Record.InRecovery: true } answer && IsRead(answer) ? Standby : null;

    /// <summary>What keeps SQL from it; null where nothing does.</summary>
    internal static string? WhyNotBySql(string node, IReadOnlyList<VoterAnswer> answers) => answers.First(a => a.Voter == node) switch
    {
        { Record: null, Failure: var failure } => $"it does not answer ({failure}). Whether it takes writes is not known from here; a program can fence it from outside (Failover.Fencing.Command, --external)",
        { Record.MissingPrivileges: { Count: > 0 } missing } => $"the control user lacks privileges there; run there: {string.Join("; ", missing)}. docs/operations/roles.sql has them all", // and whether it is a standby was not read
        { Record.InRecovery: true } => Standby,
        _ => null,
    };

    internal static bool IsFenced(VoterRecord record) => record.RefusesWrites && SynchronousNames.IsFenced(record.SynchronousNamesText);

    private static long Latest(VoterRecord record) => Math.Max(record.Register?.Term ?? 0, record.NewestTerm?.Term ?? 0);

    /// <summary>Of whom the control user may not see what it has on record, nothing is known.</summary>
    private static bool IsRead(VoterAnswer answer) => answer.Record is { MissingPrivileges.Count: 0 };

    private static string Silent(IEnumerable<VoterAnswer> answers) => string.Join("; ", answers.Where(a => !IsRead(a)).Select(a => $"{a.Voter} ({a.Failure ?? "the control user lacks privileges there, docs/operations/roles.sql"})"));
}
