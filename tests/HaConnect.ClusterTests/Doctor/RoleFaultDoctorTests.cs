using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Doctor;

/// <summary>Roles and databases that are given too much or too little.</summary>
public sealed class RoleFaultDoctorTests : DoctorTest
{
    /// <summary>A name that would end a statement, a comment or a line, were it not quoted.</summary>
    private const string Odd = "\"Odd \"\"one'; -- \"";

    [Fact]
    public async Task Diagnose_RolesAndDatabases_EachIsFoundAndMendedByItsStatements()
    {
        var (cluster, db) = await StartSoundAsync();
        await using var _ = db;
        var (app, control, replication) = (cluster.Application.User, cluster.Control.User, cluster.Replication.User);
        await cluster["n1"].ExecuteAsync($"CREATE ROLE {Odd}", Cancelled);
        await HoldAsync(cluster, db,
        [
            At(cluster, "commit-override", $"ALTER ROLE {Odd} SET synchronous_commit = off"),
            At(cluster, "commit-override", $"ALTER ROLE {Odd} IN DATABASE app SET synchronous_commit = local"),
            At(cluster, "commit-override", "ALTER DATABASE app SET synchronous_commit = remote_write"),
            At(cluster, "commit-override", "ALTER ROLE ALL SET synchronous_commit = off"),
            At(cluster, "role-read-only", "ALTER DATABASE app SET default_transaction_read_only = on"),
            At(cluster, "role-read-only", $"ALTER ROLE {app} IN DATABASE app SET default_transaction_read_only = 'true'"),
            At(cluster, "missing-privileges", $"REVOKE EXECUTE ON FUNCTION pg_promote(boolean, integer) FROM {control}") with { Besides = ["unseen@-"], Severity = FindingSeverity.Unsafe },
            At(cluster, "application-superuser", $"ALTER ROLE {app} SUPERUSER"),
            At(cluster, "application-attributes", $"ALTER ROLE {app} REPLICATION CREATEROLE BYPASSRLS"),
            At(cluster, "application-powers", $"GRANT pg_execute_server_program, pg_write_server_files TO {app}"),
            At(cluster, "control-superuser", $"ALTER ROLE {control} SUPERUSER"),
            At(cluster, "replication-superuser", $"ALTER ROLE {replication} SUPERUSER"),
            At(cluster, "replication-role", $"ALTER ROLE {replication} NOLOGIN"),
            At(cluster, "replication-role", $"ALTER ROLE {replication} NOREPLICATION"),
            At(cluster, "role-expires", $"ALTER ROLE {replication} VALID UNTIL '2020-01-01'"),
            At(cluster, "role-connection-limit", $"ALTER ROLE {replication} CONNECTION LIMIT 1"),
            At(cluster, "role-connection-limit", $"ALTER ROLE {control} CONNECTION LIMIT 10"),
            At(cluster, "database-closed", "ALTER DATABASE app CONNECTION LIMIT 0"),
            At(cluster, "md5-passwords", $"CREATE ROLE legacy LOGIN PASSWORD 'md5{new string('0', 32)}'; GRANT SELECT ON pg_authid TO {control}") with { ByHand = () => cluster["n1"].ExecuteAsync("DROP ROLE legacy", Cancelled) },
        ]);
    }

    [Fact]
    public async Task Diagnose_Upkeep_EachIsFound()
    {
        var (cluster, db) = await StartSoundAsync();
        await using var _ = db;
        await HoldAsync(cluster, db,
        [
            new("collation-version@n1", () => CollationAsync(cluster))
            {
                Besides = ["collation-version@n2", "collation-version@n3"],
                ByHand = () => cluster["n1"].ExecuteAsync("ALTER DATABASE sorted REFRESH COLLATION VERSION", Cancelled),
            },
        ]);
        var crowd = new List<NpgsqlConnection>();
        await HoldAsync(cluster, db,
        [
            new("connections-exhausted@n2", async () =>
            {
                while (crowd.Count < 92)
                    crowd.Add(await OpenAsync(cluster, "n2"));
            })
            {
                ByHand = async () =>
                {
                    foreach (var connection in crowd)
                        await connection.DisposeAsync();
                },
            },
        ]);
    }

    private static PlantedFault At(PostgresCluster cluster, string code, string sql) => new($"{code}@n1", () => cluster["n1"].ExecuteAsync(sql, Cancelled));

    /// <summary>As if it had been made on a host of another release.</summary>
    private static async Task CollationAsync(PostgresCluster cluster)
    {
        await cluster["n1"].ExecuteAsync("CREATE DATABASE sorted TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de'", Cancelled);
        await cluster["n1"].ExecuteAsync("UPDATE pg_database SET datcollversion = '1.0' WHERE datname = 'sorted'", Cancelled);
    }
}
