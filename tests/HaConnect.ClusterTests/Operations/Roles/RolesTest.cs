using HaConnect.ClusterTests.Cli;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Operations.Roles;

/// <summary>Makes the roles of a cluster by <c>haconnect init-roles</c>, as an operator does.</summary>
public abstract class RolesTest : ClusterTest
{
    private protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("haconnect-roles-");

    /// <summary>With the superuser's rights; nobody's password is among the arguments.</summary>
    private protected async Task<ToolRun> ApplyAsync(PostgresCluster cluster, FileInfo settings, params string[] arguments)
    {
        var passwords = Path.Combine(Folder.FullName, "passwords");
        await File.WriteAllLinesAsync(passwords,
            ["# for init-roles", RoleNames.Line(cluster.Superuser.User, cluster.Superuser.Password), .. RoleNames.All.Concat(["app", "haobserver", "hacontrol", "haverifier"]).Select(r => RoleNames.Line(r, RoleNames.PasswordOf(r)))], Cancelled);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(passwords, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var run = await ToolRun.InProcessAsync(settings, ["init-roles", "--apply", "--username", cluster.Superuser.User, "--password-file", passwords, .. arguments]);
        foreach (var password in RoleNames.All.Select(RoleNames.PasswordOf))
            Assert.DoesNotContain(password, run.Output + run.Error, StringComparison.Ordinal);
        return run;
    }

    private protected static async Task<NpgsqlConnection> OpenAsync(PostgresNode node, PostgresCluster cluster, string role, string password, string database)
    {
        var connection = new NpgsqlConnection(cluster.NodeConnectionString(node, new PostgresCredentials(role, password), database) + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
        return connection;
    }

    private protected static Task<NpgsqlConnection> OpenAsync(PostgresCluster cluster, string database) =>
        OpenAsync(cluster["n1"], cluster, cluster.Superuser.User, cluster.Superuser.Password, database);

    private protected static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // the test's own statements
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
