using System.Globalization;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Doctor;

/// <summary>
/// Plants one fault after the other on a cluster that is sound, and holds three things of each: exactly it is found, what the finding gives as
/// its remedy is run as it stands, and then nothing is found any more.
/// </summary>
public abstract class DoctorTest : ClusterTest
{
    private int _planted;

    private protected static async Task<IReadOnlyList<ClusterFinding>> ProblemsAsync(HaDataSource db) => [.. (await db.Cluster.DiagnoseAsync(Cancelled)).Where(f => f.Severity >= FindingSeverity.Warning)];

    private protected static string Key(ClusterFinding finding) => $"{finding.Code}@{finding.Node ?? "-"}";

    /// <summary>Three nodes in which the doctor finds nothing at all, not even something good to know.</summary>
    private protected async Task<(PostgresCluster Cluster, HaDataSource Db)> StartSoundAsync(Action<PostgresClusterOptions>? change = null)
    {
        var options = new PostgresClusterOptions { DataChecksums = true };
        change?.Invoke(options);
        var cluster = await StartClusterAsync(options);
        await cluster["n1"].ExecuteAsync($"GRANT SELECT ON pg_hba_file_rules TO {cluster.Control.User}", Cancelled);
        await cluster["n1"].ExecuteAsync($"GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO {cluster.Control.User}", Cancelled);
        var db = new HaDataSourceBuilder(Declared(ClusterOptions.Coordinate(cluster))).Build();
        await UntilAsync("a cluster in which nothing is found", async () => (await db.Cluster.DiagnoseAsync(Cancelled)).Count == 0);
        return (cluster, db);
    }

    private protected static HaDatabaseOptions Declared(HaDatabaseOptions options)
    {
        options.EncryptedAtRest = true;
        return options;
    }

    private protected async Task HoldAsync(PostgresCluster cluster, HaDataSource db, IReadOnlyList<PlantedFault> faults, params string[] always)
    {
        foreach (var fault in faults)
        {
            var start = TimeProvider.System.GetTimestamp();
            await fault.Plant();
            var finding = (await UntilExactlyAsync(db, [fault.Found, .. fault.Besides], always)).First(f => Key(f) == fault.Found);
            Assert.Equal(fault.Severity, finding.Severity);
            Assert.Equal($"docs/operations/doctor.md#{finding.Code}", finding.Link);
            await MendAsync(cluster, finding, fault.ByHand);
            await UntilExactlyAsync(db, fault.Left, always);
            Write($"{++_planted}. {fault.Found} {(fault.ByHand is null ? finding.Sql is null ? "mended by the restart it asks for" : finding.NeedsRestart ? "mended by its own Sql and a restart" : "mended by its own Sql" : "by hand")}, {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s: {finding.Problem}. Remedy: {finding.Remedy}");
        }
    }

    /// <summary>As an operator would who pastes the statements into psql.</summary>
    private protected static async Task MendAsync(PostgresCluster cluster, ClusterFinding finding, Func<Task>? byHand)
    {
        if (byHand is not null)
        {
            Assert.Null(finding.Sql);
            await byHand();
            return;
        }

        Assert.NotNull(finding.RunAt);
        var server = cluster[finding.RunAt];
        foreach (var statement in finding.Sql?.Split('\n') ?? [])
        {
            Assert.EndsWith(";", statement, StringComparison.Ordinal);
            await server.ExecuteAsync(statement, Cancelled);
        }

        Assert.True(finding.Sql is not null || finding.NeedsRestart);
        if (finding.NeedsRestart)
            await server.RestartAsync(cancellationToken: Cancelled);
    }

    /// <summary>Standbys hear of it a moment later, and settings are in force a moment after a reload: it is asked until it is so.</summary>
    private protected static async Task<IReadOnlyList<ClusterFinding>> UntilExactlyAsync(HaDataSource db, IEnumerable<string> expected, params string[] always)
    {
        string[] wanted = [.. expected.Order(StringComparer.Ordinal)];
        IReadOnlyList<ClusterFinding> seen = [];
        var start = TimeProvider.System.GetTimestamp();
        do
        {
            seen = [.. (await ProblemsAsync(db)).Where(f => !always.Contains(Key(f), StringComparer.Ordinal))];
            if (seen.Select(Key).Order(StringComparer.Ordinal).SequenceEqual(wanted, StringComparer.Ordinal))
                return seen;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancelled);
        }
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60));
        Assert.Fail($"expected [{string.Join(", ", wanted)}], and found:{string.Concat(seen.Select(f => $"{Environment.NewLine}  {Key(f)}: {f.Problem}"))}");
        return seen;
    }

    private protected static async Task SetAsync(PostgresNode node, string setting, string value)
    {
        await node.ExecuteAsync($"ALTER SYSTEM SET {setting} = '{value}'", Cancelled);
        await node.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
    }

    private protected static PlantedFault Setting(PostgresCluster cluster, string node, string code, string setting, string value) => new($"{code}@{node}", () => SetAsync(cluster[node], setting, value));

    private protected static async Task<NpgsqlConnection> OpenAsync(PostgresCluster cluster, string node, string database = "postgres")
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(cluster.NodeConnectionString(cluster[node], cluster.Superuser, database)) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancelled);
        return connection;
    }

    private protected static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the test's own statements
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private static void Write(FormattableString text) => TestContext.Current.TestOutputHelper?.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
