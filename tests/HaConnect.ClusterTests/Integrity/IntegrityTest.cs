using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>Two databases that are compared.</summary>
public abstract class IntegrityTest : ClusterTest
{
    private protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("haconnect-verify-");

    private protected static VerificationSide Side(PostgresCluster cluster, string node, string database = "app") => new(database == "app" ? node : database, Connection(cluster, node, database));

    private protected static string Connection(PostgresCluster cluster, string node, string database = "app") => cluster.NodeConnectionString(cluster[node], cluster.Superuser, database);

    private protected static async Task ExecuteAsync(PostgresCluster cluster, string node, string database, params string[] statements)
    {
        await using var connection = new NpgsqlConnection(Connection(cluster, node, database) + ";Pooling=false;Command Timeout=300");
        await connection.OpenAsync(Cancelled);
        foreach (var sql in statements)
        {
#pragma warning disable CA2100 // the test's own statements
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(Cancelled);
        }
    }

    /// <summary>Two servers that nothing keeps in step, and that nobody else uses: no difference need settle.</summary>
    private protected static VerificationOptions Still(params string[] tables)
    {
        var options = new VerificationOptions { Settle = TimeSpan.Zero, MaxLoad = 1 };
        foreach (var table in tables)
            options.Tables.Add(table);
        return options;
    }

    private protected static async Task<VerificationReport> VerifyAsync(VerificationSide left, VerificationSide right, VerificationOptions options)
    {
        var report = await Verification.RunAsync(left, right, options, Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToMarkdown());
        return report;
    }

    /// <summary>Each row that is shown of a table, as a line.</summary>
    private protected static List<string> Shown(VerificationReport report, string table) => [.. report.Tables.Single(t => t.Name == table).Shown.Select(
        r => $"{r.Kind} {r.Key}: {string.Join("; ", r.Columns.Select(c => $"{c.Column} {c.Left ?? "NULL"}|{c.Right ?? "NULL"}"))}").Order(StringComparer.Ordinal)];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
