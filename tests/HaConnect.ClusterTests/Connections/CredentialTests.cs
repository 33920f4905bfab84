using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Connections;

/// <summary>Passwords that are in no option: they come from a file, or from a provider at each login.</summary>
public sealed class CredentialTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-credentials-");

    [Fact]
    public async Task PasswordFile_ServesTheApplicationAndTheControlUser()
    {
        var cluster = await StartClusterAsync();
        var file = Path.Combine(_folder.FullName, "pgpass");
        await File.WriteAllLinesAsync(file, [$"*:*:*:{cluster.Application.User}:{cluster.Application.Password}", $"*:*:*:{cluster.Control.User}:{cluster.Control.Password}"], Cancelled);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var options = WithoutPasswords(cluster);
        options.ConnectionString += $";Passfile={file}";
        await IsManagedAndServesAsync(new HaDataSourceBuilder(options));
    }

    /// <summary>It is asked for each user by name.</summary>
    [Fact]
    public async Task PasswordProvider_IsAskedForTheUserOfEachConnection()
    {
        var cluster = await StartClusterAsync();
        string PasswordOf(NpgsqlConnectionStringBuilder login) => login.Username == cluster.Control.User ? cluster.Control.Password : login.Username == cluster.Application.User ? cluster.Application.Password : throw new InvalidOperationException(login.Username);
        await IsManagedAndServesAsync(new HaDataSourceBuilder(WithoutPasswords(cluster))
            .ConfigureDataSource(b => b.UsePasswordProvider(PasswordOf, (login, _) => new ValueTask<string>(PasswordOf(login)))));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static HaDatabaseOptions WithoutPasswords(PostgresCluster cluster)
    {
        var options = ClusterOptions.Coordinate(cluster);
        options.ConnectionString = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Password = null }.ConnectionString;
        options.Failover.ControlPassword = null;
        return options;
    }

    private static async Task IsManagedAndServesAsync(HaDataSourceBuilder builder)
    {
        await using var db = builder.Build();
        await UntilManagedAsync(db);
        await using var write = db.CreateCommand("CREATE TABLE made (id int)");
        await write.ExecuteNonQueryAsync(Cancelled);
        Assert.True((await db.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled)).Succeeded);
        await using var connection = await db.OpenReadConnectionAsync(Cancelled);
        await using var read = new NpgsqlCommand("SELECT count(*) FROM made", connection);
        Assert.Equal(0L, await read.ExecuteScalarAsync(Cancelled));
    }
}
