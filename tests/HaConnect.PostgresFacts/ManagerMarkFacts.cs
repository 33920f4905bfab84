using System.Runtime.Versioning;
using HaConnect.Failover;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>By what a coordinator knows that another manager may act on a server: ControlSql.ReadServer. Patroni's mark is tested in GuardTests.</summary>
public sealed class ManagerMarkFacts(PairCluster pair) : IClassFixture<PairCluster>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Marks_PlainServer_HasNoneForAnyUser()
    {
        var cluster = await pair.ReadyAsync();
        foreach (var node in (string[])["n1", "n2"])
        {
            foreach (var user in (PostgresCredentials[])[cluster.Superuser, cluster.Control, cluster.Application])
            {
                await using var session = await cluster.OpenAsync(node, user);
                Assert.Empty(await MarksAsync(session));
            }
        }
    }

    [Theory]
    [InlineData("rds_superuser", "Amazon RDS or Aurora (role rds_superuser)")]
    [InlineData("azure_pg_admin", "Azure Database for PostgreSQL (role azure_pg_admin)")]
    [InlineData("cloudsqlsuperuser", "Google Cloud SQL (role cloudsqlsuperuser)")]
    public async Task Marks_RoleOfACloud_IsSeenByAnyUser(string role, string mark)
    {
        var cluster = await pair.ReadyAsync();
        await cluster["n1"].ExecuteAsync($"CREATE ROLE {role}", Cancelled);
        try
        {
            await using var session = await cluster.OpenAsync("n1", cluster.Application);
            Assert.Equal([mark], await MarksAsync(session));
        }
        finally
        {
            await cluster["n1"].ExecuteAsync($"DROP ROLE {role}", CancellationToken.None);
        }
    }

    [Fact]
    public async Task Marks_SlotsOfPgAutoFailover_AreSeenByAnyUser()
    {
        var cluster = await pair.ReadyAsync();
        await cluster["n2"].ExecuteAsync("SELECT pg_create_physical_replication_slot('pgautofailover_standby_' || i) FROM generate_series(2, 3) i", Cancelled);
        try
        {
            await using var session = await cluster.OpenAsync("n2", cluster.Application);
            Assert.Equal(["pg_auto_failover (replication slot pgautofailover_standby_2)"], await MarksAsync(session));
        }
        finally
        {
            await cluster["n2"].ExecuteAsync("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots", CancellationToken.None);
        }
    }

    [Fact]
    public async Task Marks_SettingOfCloudNativePg_IsSeenByAnyUser()
    {
        var cluster = await pair.ReadyAsync();
        await using var session = await cluster.OpenAsync("n1", cluster.Application);
        await session.ExecuteAsync("SET cnpg.config_sha256 = '3cfa68'");
        Assert.Equal(["CloudNativePG (it sets cnpg.config_sha256)"], await MarksAsync(session));
    }

    /// <summary>The server loads a library of that name, which is another one here. Who may not see shared_preload_libraries sees no mark either.</summary>
    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Marks_LibraryOfRepmgr_IsSeenByTheControlUser()
    {
        var cluster = await pair.ReadyAsync();
        var node = cluster["n2"];
        var library = Path.Combine((await node.ScalarAsync<string>("SELECT setting FROM pg_config WHERE name = 'PKGLIBDIR'", Cancelled))!, "dict_snowball.so");
        Assert.SkipUnless(File.Exists(library), "the server's libraries are not on this machine");
        var copy = Path.Combine(node.DataDirectory, "repmgr.so");
        File.Copy(library, copy);
        File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await node.ExecuteAsync($"ALTER SYSTEM SET shared_preload_libraries = dict_snowball, '{copy[..^3]}'", Cancelled);
        try
        {
            await node.RestartAsync(cancellationToken: Cancelled);
            await using var session = await cluster.OpenAsync("n2", cluster.Control);
            Assert.Equal(["repmgr (in shared_preload_libraries)"], await MarksAsync(session));
            await using var other = await cluster.OpenAsync("n2", cluster.Application);
            Assert.Empty(await MarksAsync(other));
        }
        finally
        {
            await node.ExecuteAsync("ALTER SYSTEM RESET shared_preload_libraries", CancellationToken.None);
            await node.RestartAsync(cancellationToken: CancellationToken.None);
            File.Delete(copy);
        }
    }

    private static async Task<string[]> MarksAsync(NpgsqlConnection session)
    {
        await using var command = new NpgsqlCommand(ControlSql.ReadServer, session);
        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        Assert.True(await reader.ReadAsync(Cancelled));
        Assert.InRange(reader.GetInt32(0), 130000, 990000);
        return reader.GetFieldValue<string[]>(1);
    }
}
