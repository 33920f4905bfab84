using System.Globalization;

namespace HaConnect.Operations.Integrity;

/// <summary>How two servers belong together, by what they say of themselves. Pure.</summary>
internal static class RelationRules
{
    internal static SideRelation Of(Both<ServerFacts> facts, bool isSubscribed, bool isEarlierCopy)
    {
        if (isEarlierCopy)
            return SideRelation.EarlierCopy;
        if (AreOfOneCluster(facts) && (facts.Left.IsInRecovery || facts.Right.IsInRecovery))
            return SideRelation.Replay;
        return isSubscribed ? SideRelation.Subscription : SideRelation.Unknown;
    }

    internal static IEnumerable<VerificationNote> Notes(Both<ServerFacts> facts, SideRelation relation)
    {
        var (left, right) = facts;
        if (left.Address == right.Address && left.DatabaseOid == right.DatabaseOid && left.SystemIdentifier == right.SystemIdentifier)
            yield return new(VerificationNoteKind.NotVerified, null, "Both sides are the same database of the same server: that it equals itself proves nothing.");
        else if (AreOfOneCluster(facts) && relation == SideRelation.Unknown)
            yield return new(VerificationNoteKind.Note, null, "The sides were one cluster once, and neither is a standby now: they were compared as servers that do not follow each other.");
        if (relation == SideRelation.EarlierCopy && !AreOfOneCluster(facts))
            yield return new(VerificationNoteKind.NotVerified, null, "The right side is no physical copy of the left one: its system identifier or its database is another one.");
        if (left.Encoding != right.Encoding)
            yield return new(VerificationNoteKind.Note, null, $"The left side stores text as {left.Encoding}, the right one as {right.Encoding}; it was compared as UTF-8.");
        if (left.VersionNumber / 10_000 != right.VersionNumber / 10_000)
            yield return new(VerificationNoteKind.Note, null, string.Create(CultureInfo.InvariantCulture, $"The left side is PostgreSQL {left.VersionNumber / 10_000}, the right one {right.VersionNumber / 10_000}."));
    }

    /// <summary>What a journal of a run belongs to, without the connection strings.</summary>
    internal static string Identity(VerificationSide left, VerificationSide right, Both<ServerFacts> facts) =>
        $"{left.Name} {facts.Left.SystemIdentifier}/{facts.Left.Database}, {right.Name} {facts.Right.SystemIdentifier}/{facts.Right.Database}";

    private static bool AreOfOneCluster(Both<ServerFacts> facts) =>
        facts.Left.SystemIdentifier is { } identifier && identifier == facts.Right.SystemIdentifier && facts.Left.DatabaseOid == facts.Right.DatabaseOid;
}
