using System.Globalization;
using HaConnect.Connections;
using HaConnect.Doctor;
using HaConnect.Operations.Subscribers;
using Npgsql;

namespace HaConnect.Operations;

/// <summary>Compares what the primary publishes with the tables of a logical subscriber, which is a server or cluster of its own. Reads catalogs only, and changes nothing.</summary>
public static class SubscriberDoctor
{
    /// <summary>
    /// Looks for what would stop logical replication or leave tables out: tables and columns that are missing, of another type, required or generated at the subscriber; tables that its
    /// subscription does not know of; and published tables without a replica identity. A subscription is held against publications of its names in the application's database.
    /// </summary>
    /// <param name="db">The cluster; its application's database is the one that publishes.</param>
    /// <param name="subscriber">A connection string of Npgsql's, to the subscriber's database. Away from loopback its certificate is checked where it has no <c>SSL Mode</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The findings; those that are mended at the subscriber are of, and run at, <c>subscriber HOST:PORT/DATABASE</c>.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    /// <exception cref="NpgsqlException">The primary was lost meanwhile. That there is none, or that the subscriber cannot be read, is a finding.</exception>
    public static async Task<IReadOnlyList<ClusterFinding>> CompareAsync(HaDataSource db, string subscriber, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(db);
        var settings = new NpgsqlConnectionStringBuilder(subscriber) { Pooling = false, ApplicationName = NodeSources.DoctorApplication, Options = "-c default_transaction_read_only=on -c statement_timeout=5000" };
        TransportDefaults.Apply(settings, subscriber);
        var name = string.Create(CultureInfo.InvariantCulture, $"subscriber {settings.Host}:{settings.Port}/{settings.Database ?? settings.Username}");
        IReadOnlyList<Subscription> subscriptions;
        IReadOnlyList<TableSide> tables;
        try
        {
            var connection = new NpgsqlConnection(settings.ConnectionString);
            await using (connection.ConfigureAwait(false))
            {
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
                subscriptions = await ReadAsync(connection, SubscriberSql.Subscriptions, static row => new Subscription(row.GetString(0), row.GetFieldValue<string[]>(1)), cancellationToken).ConfigureAwait(false);
                tables = await TablesAsync(connection, SubscriberSql.Tables, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (NpgsqlException e)
        {
            return [Diagnosis.Warning(FindingCodes.SubscriberUnreadable, name, $"{name} could not be read: {e.Message}", Mend.ByHand("correct its host, user, password or database, or let the user in (pg_hba.conf)"))];
        }

        try
        {
            return await CompareAsync(db, name, subscriptions, tables.ToDictionary(t => t.Key, StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        }
        catch (HaConnectException e)
        {
            return [Diagnosis.Warning(FindingCodes.SubscriberUnreadable, name, $"{name} could not be compared with the primary: {e.Message}", Mend.ByHand("bring the primary within reach"))];
        }
    }

    private static async Task<IReadOnlyList<ClusterFinding>> CompareAsync(
        HaDataSource db, string name, IReadOnlyList<Subscription> subscriptions, IReadOnlyDictionary<string, TableSide> there, CancellationToken cancellationToken)
    {
        var connection = await db.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var primary = db.Snapshot.Nodes.FirstOrDefault(n => n.Host == connection.Host && n.Port == connection.Port)?.Name ?? connection.Host!;
        var publications = await ReadAsync(connection, SubscriberSql.Publications, static row => row.GetString(0), cancellationToken).ConfigureAwait(false);
        var known = subscriptions.Where(s => s.Publications.Intersect(publications, StringComparer.Ordinal).Any()).ToList();
        if (known.Count == 0)
        {
            return
            [
                Diagnosis.Warning(FindingCodes.SubscriberWithoutSubscription, name, $"no subscription of {name} names a publication of database {connection.Database}",
                    Mend.ByHand("name the database in which CREATE SUBSCRIPTION was run; or the publication was dropped or renamed on the primary")),
            ];
        }

        List<ClusterFinding> findings = [];
        foreach (var subscription in known)
        {
            var published = await TablesAsync(connection, SubscriberSql.Published, cancellationToken, [.. subscription.Publications]).ConfigureAwait(false);
            findings.AddRange(SubscriberComparison.Identities(primary, published));
            findings.AddRange(SubscriberComparison.Find(name, subscription, published, there));
        }

        return [.. findings.Distinct()];
    }

    private static async Task<IReadOnlyList<TableSide>> TablesAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, string[]? names = null)
    {
        var rows = await ReadAsync(
            connection, sql,
            static row => (Table: new TableSide(row.GetString(0), row.GetString(1), []) { LacksIdentity = row.GetBoolean(6), Subscriptions = row.GetFieldValue<string[]>(7) },
                Column: new ColumnSide(row.GetString(2), row.GetString(3), row.GetBoolean(4), row.GetBoolean(5))),
            cancellationToken, names).ConfigureAwait(false);
        return [.. rows.GroupBy(r => r.Table.Key, StringComparer.Ordinal).Select(g => g.First().Table with { Columns = [.. g.Select(r => r.Column).Distinct()], LacksIdentity = g.Any(r => r.Table.LacksIdentity) })];
    }

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, string[]? names = null)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
        {
            if (names is not null)
                command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = names });
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                List<T> rows = [];
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    rows.Add(read(reader));
                return rows;
            }
        }
    }
}
