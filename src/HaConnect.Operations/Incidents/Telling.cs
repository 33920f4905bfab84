namespace HaConnect.Operations.Incidents;

/// <summary>What a record of a coordinator tells, by its step and the beginning of its sentence, which docs/operations/audit.md and the coordinators' table have. Pure.</summary>
internal static class Telling
{
    private const string Reading = "Reading";
    private const string Announcing = "Announcing";
    private const string Leading = "Leading";
    private const string Establishing = "Establishing";
    private const string Accepting = "Accepting";

    /// <summary>Whether a coordinator told it of its own work: nobody asked, and it is no setting and no drill.</summary>
    internal static bool IsCoordinators(AuditRecord r) => r is { By: null, Kind: AuditKind.Decision or AuditKind.Act or AuditKind.Refusal or AuditKind.Election };

    internal static bool IsDetection(AuditRecord r) => r is { Kind: AuditKind.Decision, Step: Reading } && Begins(r, "detected:");

    internal static bool IsAnnouncement(AuditRecord r) => r is { Kind: AuditKind.Decision, Step: Announcing };

    /// <summary>What a new attempt begins with.</summary>
    internal static bool IsBegin(AuditRecord r) => r is { Kind: AuditKind.Decision, Step: Reading or Announcing };

    internal static bool IsPromotion(AuditRecord r) => r is { Kind: AuditKind.Act, Step: Establishing or Accepting } && Begins(r, "promoted:");

    internal static bool IsEstablishment(AuditRecord r) => r is { Kind: AuditKind.Act, Step: Leading } && Begins(r, "established:");

    internal static bool IsRecovery(AuditRecord r) => r is { Step: Leading } && Begins(r, "no failover:");

    internal static bool IsSwitchoverRefusal(AuditRecord r) => r is { Kind: AuditKind.Refusal, Step: Leading } && Begins(r, "switchover refused:");

    internal static bool IsFailoverRefusal(AuditRecord r) => r is { Kind: AuditKind.Refusal } && (Begins(r, "failover refused:") || Begins(r, "refused:"));

    /// <summary>Whether it chose a node: of a switchover who asked for it has.</summary>
    internal static bool IsChoice(AuditRecord r) => r is { Kind: AuditKind.Decision, Step: "Deciding" };

    internal static bool IsCatchUp(AuditRecord r) => Begins(r, "caught up:");

    /// <summary>Whether nothing more is to come of it.</summary>
    internal static bool Ends(AuditRecord r) => IsEstablishment(r) || IsRecovery(r) || IsSwitchoverRefusal(r) || (r is { Step: Leading } && r.Sentence.EndsWith(" takes writes again", StringComparison.Ordinal));

    /// <summary>Whether it chose a node that it goes on to promote.</summary>
    internal static bool IsChoiceToPromote(AuditRecord r) => IsChoice(r) && r.Sentence.EndsWith(" will be promoted", StringComparison.Ordinal);

    /// <summary>Whether an attempt came to its end with it, before anybody was asked to leave recovery, or with a promotion that is told. Other words leave that open.</summary>
    internal static bool LeavesNothingOpen(AuditRecord r) => Ends(r) || IsFailoverRefusal(r)
        || Begins(r, "switchover called off:") || Begins(r, "pointed back to ") || Begins(r, "the records of a majority could not be read") || r.Sentence.Contains(" was not promised by a majority", StringComparison.Ordinal);

    /// <summary>What somebody asked for that leads to another primary.</summary>
    internal static bool IsAskedFailover(AuditRecord r) => r is { By: not null, Step: "Failover" };

    /// <summary>That an instance has seen another primary than before.</summary>
    internal static bool IsPrimarySeen(AuditRecord r) => r is { Kind: AuditKind.Configuration, Step: "Primary", Before: not null, After: not null } && NameOf(r.Before) != NameOf(r.After);

    /// <summary>Of <c>n1, term 2</c> the name.</summary>
    internal static string NameOf(string nodeAndTerm) => nodeAndTerm.Split(',', 2)[0];

    private static bool Begins(AuditRecord r, string with) => r.Sentence.StartsWith(with, StringComparison.Ordinal);
}
