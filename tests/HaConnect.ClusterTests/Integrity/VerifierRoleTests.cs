using HaConnect.ClusterTests.Cli;
using HaConnect.ClusterTests.Operations.Roles;
using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>The verifier that <c>init-roles</c> makes needs nothing else; what is hidden from it is told, not left out.</summary>
public sealed class VerifierRoleTests : RolesTest
{
    [Fact]
    public async Task Run_AsTheVerifier_SeesAllAndTellsWhatIsHiddenFromIt()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        Assert.SkipWhen(cluster.MajorVersion < 14, "before PostgreSQL 14 the verifier is given schemas");
        await using (var database = await OpenAsync(cluster, "app"))
        {
            await RunAsync(database, "CREATE SCHEMA hidden; CREATE TABLE hidden.payments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text); INSERT INTO hidden.payments (v) SELECT 'v' || i FROM generate_series(1, 500) i; SELECT lo_from_bytea(0, 'hello')");
            await RunAsync(database, "CREATE TABLE tenants (id int PRIMARY KEY); INSERT INTO tenants VALUES (1); ALTER TABLE tenants ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON tenants USING (id = 2)");
        }

        var settings = ToolRun.SettingsOf(cluster, Folder, o => o.ConnectionString = "Timeout=5");
        var made = await ApplyAsync(cluster, settings, "--roles", "verifier", "--database", "app");
        Assert.True(made.Code == 0, made.ToString());
        var verifier = new PostgresCredentials("haverifier", RoleNames.PasswordOf("haverifier"));
        await UntilAsync("the role at the standby", async () => await cluster["n2"].ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'haverifier')", Cancelled));
        var report = await Verification.RunAsync(Side("n1"), Side("n2"), new VerificationOptions { MaxLoad = 1 }, Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToMarkdown());
        Assert.Equal(["hidden.payments", "pg_catalog.pg_largeobject"], report.Tables.Select(t => t.Name));
        Assert.Equal((501L, 0L, VerificationVerdict.Unknown), (report.Rows, report.DifferentRows, report.Verdict));
        var told = Assert.Single(report.Notes, n => n.Kind == VerificationNoteKind.NotVerified);
        Assert.Equal("public.tenants", told.Table);
        Assert.Contains("row-level security", told.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(report.Notes, n => n.Text.Contains("may not read", StringComparison.Ordinal));

        await using (var database = await OpenAsync(cluster, "app"))
            await RunAsync(database, "ALTER ROLE haverifier BYPASSRLS");
        await UntilAsync("the attribute at the standby", async () => await cluster["n2"].ScalarAsync<bool>("SELECT rolbypassrls FROM pg_roles WHERE rolname = 'haverifier'", Cancelled));
        Assert.Equal(VerificationVerdict.Met, (await Verification.RunAsync(Side("n1"), Side("n2"), new VerificationOptions { MaxLoad = 1 }, Cancelled)).Verdict);

        VerificationSide Side(string node) => new(node, cluster.NodeConnectionString(cluster[node], verifier, "app"));
    }
}
