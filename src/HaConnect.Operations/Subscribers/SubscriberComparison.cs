using HaConnect.Doctor;

namespace HaConnect.Operations.Subscribers;

/// <summary>What differs between what the primary publishes and what the subscriber has, where logical replication would stop or leave something out. Pure.</summary>
internal static class SubscriberComparison
{
    /// <param name="subscriber">What to call it.</param>
    /// <param name="subscription">One of its subscriptions.</param>
    /// <param name="published">What the publications of it publish.</param>
    /// <param name="there">The tables of the subscriber's database.</param>
    internal static IEnumerable<ClusterFinding> Find(string subscriber, Subscription subscription, IReadOnlyList<TableSide> published, IReadOnlyDictionary<string, TableSide> there)
    {
        var refresh = $"ALTER SUBSCRIPTION {SqlText.Identifier(subscription.Name)} REFRESH PUBLICATION";
        foreach (var table in published)
        {
            var name = $"{SqlText.Identifier(table.Schema)}.{SqlText.Identifier(table.Name)}";
            if (!there.TryGetValue(table.Key, out var copy))
            {
                yield return Diagnosis.Warning(FindingCodes.SubscriberTableMissing, subscriber, $"{name} is published to subscription {subscription.Name}, and there is no such table: its changes do not arrive, and the next refresh fails",
                    Mend.ByHand($"create it there as the primary has it (pg_dump --schema-only -t), then run there: {refresh}"));
                continue;
            }

            if (!copy.Subscriptions.Contains(subscription.Name, StringComparer.Ordinal))
                yield return Diagnosis.Warning(FindingCodes.SubscriberNotRefreshed, subscriber, $"{name} is published, and subscription {subscription.Name} does not know of it: its changes do not arrive", Mend.There(subscriber, refresh));
            foreach (var finding in Columns(subscriber, name, table, copy))
                yield return finding;
        }
    }

    /// <summary>A change that cannot be made at the primary at all.</summary>
    internal static IEnumerable<ClusterFinding> Identities(string primary, IEnumerable<TableSide> published) =>
        from table in published
        where table.LacksIdentity
        let name = $"{SqlText.Identifier(table.Schema)}.{SqlText.Identifier(table.Name)}"
        select Diagnosis.Warning(FindingCodes.NoReplicaIdentity, primary, $"{name} is published with UPDATE or DELETE, and has neither a primary key nor another replica identity: those statements fail on the primary",
            Mend.There(primary, $"ALTER TABLE {name} REPLICA IDENTITY FULL").But(" (each row is then found by comparing all of its columns; a primary key is better)"));

    private static IEnumerable<ClusterFinding> Columns(string subscriber, string name, TableSide table, TableSide copy)
    {
        foreach (var column in table.Columns)
        {
            var other = copy.Columns.FirstOrDefault(c => c.Name == column.Name);
            var identifier = SqlText.Identifier(column.Name);
            if (other is null)
            {
                yield return Diagnosis.Warning(FindingCodes.SubscriberColumnMissing, subscriber, $"{name} has no column {identifier}, which is published: replication stops at the next change of that table",
                    Mend.There(subscriber, $"ALTER TABLE {name} ADD COLUMN {identifier} {column.Type}"));
            }
            else if (other.IsGenerated)
            {
                yield return Diagnosis.Warning(FindingCodes.SubscriberColumnGenerated, subscriber, $"{identifier} of {name} is a generated column there, and is published: replication stops at the next change of that table",
                    Mend.ByHand("make it a plain column there, or publish a list of columns without it"));
            }
            else if (other.Type != column.Type)
            {
                yield return Diagnosis.Warning(FindingCodes.SubscriberColumnType, subscriber, $"{identifier} of {name} is {other.Type} there, and {column.Type} on the primary: values go as text, and one that is none of that type stops replication",
                    Mend.There(subscriber, $"ALTER TABLE {name} ALTER COLUMN {identifier} TYPE {column.Type}").But(" (it may rewrite the table under a lock)"));
            }
        }

        foreach (var column in copy.Columns.Where(c => c is { IsRequired: true, IsGenerated: false } && table.Columns.All(p => p.Name != c.Name)))
        {
            yield return Diagnosis.Warning(FindingCodes.SubscriberColumnRequired, subscriber, $"{SqlText.Identifier(column.Name)} of {name} is NOT NULL without a default there, and is not published: replication stops at the next new row",
                Mend.There(subscriber, $"ALTER TABLE {name} ALTER COLUMN {SqlText.Identifier(column.Name)} DROP NOT NULL"));
        }
    }
}
