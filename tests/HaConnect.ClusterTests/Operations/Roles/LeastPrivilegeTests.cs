using HaConnect.ClusterTests.Cli;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Operations.Roles;

/// <summary>The roles that <c>init-roles</c> makes have nothing beyond what they need, and everything else fails.</summary>
public sealed class LeastPrivilegeTests : RolesTest
{
    private const string Terminate = "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = ";

    /// <summary>What none of them may do, in the control database, at the primary.</summary>
    private static readonly string[] s_nobody =
    [
        "ALTER SYSTEM SET shared_buffers = '1GB'", "ALTER SYSTEM SET archive_command = 'true'", "ALTER SYSTEM SET restore_command = 'true'", "ALTER SYSTEM SET shared_preload_libraries = 'x'",
        "ALTER SYSTEM SET synchronous_commit = off", "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM RESET ALL", "SET log_statement = 'none'", "SET session_replication_role = replica",
        "CREATE ROLE intruder", "CREATE DATABASE intruder", "ALTER ROLE CURRENT_USER SUPERUSER", "ALTER ROLE CURRENT_USER REPLICATION", "GRANT pg_write_all_data TO CURRENT_USER",
        "GRANT pg_execute_server_program TO CURRENT_USER", "DROP ROLE haconnect_other", "ALTER ROLE haconnect_other PASSWORD 'x'",
        "CREATE TABLE public.t (id int)", "SELECT pg_read_file('postgresql.conf')", "SELECT pg_ls_dir('.')", "COPY secret TO PROGRAM 'cat'", "COPY secret FROM PROGRAM 'true'", "COPY (SELECT 1) TO '/tmp/haconnect-never'",
        "SELECT lo_import('/etc/passwd')", "SELECT pg_create_physical_replication_slot('x')", "SELECT pg_backup_start('x')", "SELECT pg_create_restore_point('x')", "SELECT pg_wal_replay_pause()",
        "SELECT pg_rotate_logfile()", "CHECKPOINT", "SELECT pg_stat_reset()", "SELECT pg_replication_origin_create('x')", "INSERT INTO secret VALUES (1)", "UPDATE secret SET id = 1", "DELETE FROM secret", "TRUNCATE secret", "DROP TABLE secret",
        "DO 'BEGIN LOCK TABLE secret IN ACCESS EXCLUSIVE MODE; END'", "CREATE EVENT TRIGGER t ON ddl_command_start EXECUTE FUNCTION f()", "CREATE FUNCTION public.f() RETURNS int LANGUAGE c AS 'x', 'y'", "SELECT * FROM pg_hba_file_rules",
        $"{Terminate}'postgres' AND pid <> pg_catalog.pg_backend_pid()",
    ];

    /// <summary>What only the control user may do.</summary>
    private static readonly string[] s_acts =
    [
        "SELECT pg_promote(false)", "SELECT pg_reload_conf()", "SELECT pg_switch_wal()", "SELECT pg_wal_replay_resume()", "ALTER SYSTEM SET primary_conninfo = ''", "ALTER SYSTEM SET synchronous_standby_names = ''",
        "ALTER SYSTEM SET recovery_min_apply_delay = 0", "ALTER SYSTEM SET default_transaction_read_only = on", "ALTER SYSTEM SET haconnect.term = ''", "CREATE SCHEMA intruder", "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'haconnect_other'",
        $"{Terminate}'haconnect_other'",
    ];

    /// <summary>Table by table: role, statements that must fail, where.</summary>
    private static IEnumerable<(string Role, string Database, string[] Statements)> Denied() =>
    [
        ("app", "postgres", s_nobody), ("app", "postgres", s_acts),
        ("app", "postgres", ["SELECT * FROM pg_authid", "SELECT * FROM secret", "SELECT * FROM pg_file_settings", "SELECT pg_show_all_file_settings()", "SELECT pg_ls_waldir()"]),
        ("haobserver", "postgres", s_nobody), ("haobserver", "postgres", s_acts),
        ("haobserver", "postgres", ["SELECT * FROM pg_authid", "SELECT * FROM secret"]), ("haobserver", "app", ["SELECT * FROM orders", "INSERT INTO orders VALUES (1)", "CREATE SCHEMA intruder"]),
        ("hacontrol", "postgres", s_nobody), ("hacontrol", "postgres", ["SELECT * FROM pg_authid", "SELECT * FROM secret", "COPY secret TO STDOUT"]),
        ("hacontrol", "app", ["SELECT * FROM orders", "INSERT INTO orders VALUES (1)", "DROP TABLE orders", "CREATE SCHEMA intruder", "CREATE TABLE public.t (id int)"]),
        ("haverifier", "postgres", s_nobody), ("haverifier", "postgres", s_acts),
        ("haverifier", "app", ["INSERT INTO orders VALUES (1)", "UPDATE orders SET id = 2", "DELETE FROM orders", "TRUNCATE orders", "DROP TABLE orders", "ALTER TABLE orders ADD x int", "SELECT * FROM orders FOR UPDATE", "CREATE SCHEMA intruder", "SELECT nextval('orders_number')", "SELECT setval('orders_number', 9)"]),
    ];

    [Fact]
    public async Task InitRoles_EachRole_IsDeniedAllThatItDoesNotNeed()
    {
        var (cluster, settings) = await StartAsync();
        await using var superuser = await OpenAsync(cluster, "postgres"); // whose session nobody may end
        var other = new NpgsqlConnectionStringBuilder(cluster.NodeConnectionString(cluster["n1"], new PostgresCredentials("haconnect_other", "o"), "postgres")) { Pooling = false };
        await RunAsync(superuser, "CREATE ROLE haconnect_other LOGIN PASSWORD 'o'; CREATE TABLE secret AS SELECT 1 AS id");
        await using var victim = new NpgsqlConnection(other.ConnectionString);
        await victim.OpenAsync(Cancelled);
        await using (var app = await OpenAsync(cluster, "app"))
            await RunAsync(app, "CREATE TABLE orders AS SELECT 1 AS id; CREATE SEQUENCE orders_number; CREATE SCHEMA hidden; CREATE TABLE hidden.payments AS SELECT 1 AS id; ALTER TABLE orders OWNER TO owner");
        Assert.Equal(0, (await ApplyAsync(cluster, settings)).Code);

        var problems = new List<string>();
        var denied = 0;
        foreach (var (role, database, statements) in Denied())
        {
            await using var connection = await OpenAsync(cluster["n1"], cluster, role, RoleNames.PasswordOf(role), database);
            await RunAsync(connection, "SET default_transaction_read_only = off"); // that is a default, and no protection
            foreach (var statement in statements)
            {
                denied++;
                if (await StateOfAsync(connection, statement) is var state && state != PostgresErrorCodes.InsufficientPrivilege)
                    problems.Add($"{role} in {database}: {statement}: {state}");
            }
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
        TestContext.Current.TestOutputHelper?.WriteLine($"{denied} statements were denied with 42501");

        // What is denied to the others, or to all, is not denied because it could not be said.
        await using (var control = await OpenAsync(cluster["n1"], cluster, "hacontrol", RoleNames.PasswordOf("hacontrol"), "postgres"))
        {
            await RunAsync(control, "SET haconnect.term = ''"); // ALTER SYSTEM knows it only then
            foreach (var act in s_acts)
                Assert.True(await StateOfAsync(control, act) is var state && state is null or "55000", $"{act}: {state}"); // that there is no recovery
            await RunAsync(control, "ALTER SYSTEM RESET default_transaction_read_only");
            await RunAsync(control, "SELECT pg_reload_conf()");
        }

        await UntilAsync("the other's session was ended", async () => await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE usename = 'haconnect_other'", Cancelled) == 0);
        await using var verifier = await OpenAsync(cluster["n1"], cluster, "haverifier", RoleNames.PasswordOf("haverifier"), "app");
        await RunAsync(verifier, "SELECT count(*) FROM orders, hidden.payments");
        Assert.Equal("25006", await StateOfAsync(verifier, "CREATE TEMP TABLE t (id int)")); // read-only, which stands before PUBLIC's right to temporary tables
        await using var observer = await OpenAsync(cluster["n1"], cluster, "haobserver", RoleNames.PasswordOf("haobserver"), "postgres");
        await RunAsync(observer, "CREATE TEMP TABLE t (id int)");
        await RunAsync(observer, "SELECT lo_create(0)");
    }

    /// <summary>PostgreSQL notes every right and every object of a role in pg_shdepend: what is not on these lists was not given.</summary>
    [Fact]
    public async Task InitRoles_EachRole_HasExactlyWhatTheScriptGives()
    {
        var (cluster, settings) = await StartAsync();
        await using var superuser = await OpenAsync(cluster, "postgres");
        Assert.Equal(0, (await ApplyAsync(cluster, settings, "--replication", "repl")).Code);
        Assert.Equal(["CONNECT on database app", "LOGIN"], await RightsAsync(superuser, "app"));
        Assert.Equal(["CONNECT on database postgres", "EXECUTE on function pg_show_all_file_settings()", "LOGIN", "SELECT on view pg_file_settings", "member of pg_monitor"], await RightsAsync(superuser, "haobserver"));
        Assert.Equal(
        [
            "ALTER SYSTEM on parameter default_transaction_read_only", "ALTER SYSTEM on parameter haconnect.term", "ALTER SYSTEM on parameter primary_conninfo", "ALTER SYSTEM on parameter recovery_min_apply_delay",
            "ALTER SYSTEM on parameter synchronous_standby_names", "CONNECT on database postgres", "CREATE on database postgres", "EXECUTE on function pg_promote(boolean,integer)", "EXECUTE on function pg_reload_conf()",
            "EXECUTE on function pg_show_all_file_settings()", "EXECUTE on function pg_switch_wal()", "EXECUTE on function pg_wal_replay_resume()", "LOGIN", "SELECT on view pg_file_settings", "member of pg_monitor", "member of pg_signal_backend",
        ], await RightsAsync(superuser, "hacontrol"));
        Assert.Equal(["CONNECT on database app", "CONNECT on database postgres", "LOGIN", "default_transaction_read_only=on", "member of pg_monitor", "member of pg_read_all_data"], await RightsAsync(superuser, "haverifier"));
        Assert.Equal(["LOGIN", "REPLICATION"], await RightsAsync(superuser, "repl"));
    }

    /// <summary>pg_read_all_data reads pg_authid too, with what PostgreSQL keeps of all passwords; schema by schema it does not.</summary>
    [Fact]
    public async Task InitRoles_VerifierOfSchemas_ReadsTheirTablesAlsoThoseToCome()
    {
        var (cluster, settings) = await StartAsync();
        string[] arguments = ["--roles", "verifier", "app", "--verify-schema", "public", "--verify-schema", "Odd \"schema\""];
        await using var app = await OpenAsync(cluster, "app");
        await RunAsync(app, "CREATE SCHEMA \"Odd \"\"schema\"\"\"; CREATE TABLE orders AS SELECT 1 AS id; CREATE TABLE \"Odd \"\"schema\"\"\".payments AS SELECT 1 AS id; CREATE SCHEMA hidden; CREATE TABLE hidden.t AS SELECT 1 AS id");
        Assert.Equal(0, (await ApplyAsync(cluster, settings, arguments)).Code);
        var again = await ApplyAsync(cluster, settings, arguments);
        Assert.StartsWith("At n1 nothing was changed", again.Output, StringComparison.Ordinal);
        await RunAsync(app, "GRANT CREATE ON SCHEMA public TO app; SET ROLE app; CREATE TABLE later AS SELECT 1 AS id; RESET ROLE");

        await using var verifier = await OpenAsync(cluster["n1"], cluster, "haverifier", RoleNames.PasswordOf("haverifier"), "app");
        await RunAsync(verifier, "SELECT count(*) FROM orders, later, \"Odd \"\"schema\"\"\".payments");
        await RunAsync(verifier, "SET default_transaction_read_only = off");
        foreach (var denied in (string[])["SELECT * FROM hidden.t", "SELECT * FROM pg_authid", "DELETE FROM orders", "DELETE FROM later", "INSERT INTO \"Odd \"\"schema\"\"\".payments VALUES (2)"])
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await StateOfAsync(verifier, denied));
    }

    [Fact]
    public async Task InitRoles_RunAgain_DoesOnlyWhatIsMissingAndTakesNothingAway()
    {
        var (cluster, settings) = await StartAsync();
        await using var superuser = await OpenAsync(cluster, "postgres");
        await RunAsync(superuser, "CREATE ROLE hacontrol CREATEDB PASSWORD 'of-old'; GRANT pg_checkpoint TO hacontrol");
        Assert.Equal(0, (await ApplyAsync(cluster, settings)).Code);
        var rights = await RightsAsync(superuser, "hacontrol");
        Assert.Subset(rights.ToHashSet(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal) { "CREATEDB", "LOGIN", "member of pg_checkpoint", "member of pg_monitor" });
        await (await OpenAsync(cluster["n1"], cluster, "hacontrol", "of-old", "postgres")).DisposeAsync();

        var before = await StateAsync(superuser);
        var again = await ApplyAsync(cluster, settings);
        Assert.Equal((0, "At n1 nothing was changed: the roles have all that they need.\n"), (again.Code, again.Output[..(again.Output.IndexOf('\n', StringComparison.Ordinal) + 1)]));
        Assert.Equal(before, await StateAsync(superuser));

        await RunAsync(superuser, "ALTER ROLE haobserver NOLOGIN; REVOKE pg_signal_backend FROM hacontrol; REVOKE ALTER SYSTEM ON PARAMETER haconnect.term FROM hacontrol");
        var mended = await ApplyAsync(cluster, settings, "-o", "json");
        Assert.StartsWith("""
            At n1 this was run:
              ALTER ROLE "haobserver" LOGIN;
              GRANT pg_signal_backend TO "hacontrol";
              GRANT ALTER SYSTEM ON PARAMETER haconnect.term TO "hacontrol";
            app was there already; its password is as it was.
            """, mended.Json.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync(superuser));

        // One transaction: where a statement fails, nothing is left of those before it.
        var failed = await ApplyAsync(cluster, settings, "--observer", "another", "--database", "nowhere");
        Assert.Equal(1, failed.Code);
        Assert.Contains("GRANT CONNECT ON DATABASE \"nowhere\" TO \"app\": database \"nowhere\" does not exist (3D000). Nothing was changed there", failed.Output, StringComparison.Ordinal);
        failed = await ApplyAsync(cluster, settings, "--roles", "observer", "verifier", "--observer", "another", "--database", "nowhere");
        Assert.Equal(1, failed.Code);
        Assert.Equal(before, await StateAsync(superuser));
    }

    [Fact]
    public async Task InitRoles_WrongServerOrTooFewRights_ChangesNothingAndSaysWhy()
    {
        var (cluster, settings) = await StartAsync();
        await using var superuser = await OpenAsync(cluster, "postgres");
        Assert.Equal(0, (await ApplyAsync(cluster, settings)).Code);
        var before = await StateAsync(superuser);
        string[] arguments = ["--observer", "another"];

        var twice = ToolRun.SettingsOf(cluster, Folder, o => o.Nodes.Add(new HaNodeOptions { Name = "n2", Host = cluster["n1"].Host, Port = cluster["n1"].Port }));
        var refused = await ApplyAsync(cluster, twice, [.. arguments, "--control", "hacontrol"]);
        Assert.Equal((1, "Roles are made at the primary, and there is more than one node that could be it; name the right one alone (--connection \"Host=…\"): n1 is out of recovery; n2 is out of recovery. Nothing was changed.\n"), (refused.Code, refused.Output));

        var lesser = ToolRun.SettingsOf(cluster, Folder, o => o.ConnectionString = new NpgsqlConnectionStringBuilder { Username = "haverifier", Password = RoleNames.PasswordOf("haverifier") }.ConnectionString);
        var denied = await ToolRun.InProcessAsync(lesser, ["init-roles", "--apply", "--app", "app", "--control", "hacontrol", .. arguments]);
        Assert.Equal((1, "At n1, in database postgres: CREATE ROLE \"another\" LOGIN: cannot execute CREATE ROLE in a read-only transaction (25006). Nothing was changed there; run it again: it does what is missing.\n"), (denied.Code, denied.Output));

        var passwords = await ToolRun.InProcessAsync(ToolRun.SettingsOf(cluster, Folder, o => (o.ConnectionString, o.Failover.ControlUsername, o.Failover.ControlPassword) =
            (new NpgsqlConnectionStringBuilder { Username = cluster.Superuser.User, Password = cluster.Superuser.Password }.ConnectionString, "newcontrol", "\u5BC6\u7801")), "init-roles", "--apply", "--app", "app");
        Assert.Equal((64, ""), (passwords.Code, passwords.Output));
        Assert.StartsWith("The password of newcontrol (HACONNECT_CONTROL_PASSWORD, --password-file or the settings) has other characters than ASCII", passwords.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\u5BC6", passwords.Output + passwords.Error, StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync(superuser));

        await cluster["n1"].KillAsync(Cancelled);
        var dead = await ApplyAsync(cluster, settings);
        Assert.Equal(1, dead.Code);
        Assert.StartsWith("Roles are made at the primary, and there is none in sight: n1 does not answer (", dead.Output, StringComparison.Ordinal);
        var printed = await ToolRun.InProcessAsync(settings, "init-roles");
        Assert.Equal((0, await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "roles.sql"), Cancelled)), (printed.Code, printed.Output));
        Assert.StartsWith("No server could be asked for its version", printed.Error, StringComparison.Ordinal);
    }

    /// <summary>What a failover would lose is not told as done; a second run does it.</summary>
    [Fact]
    public async Task InitRoles_CommitThatNoStandbyHas_IsNotToldAsDone()
    {
        var cluster = await StartClusterAsync();
        var settings = ToolRun.SettingsOf(cluster, Folder, o => o.ConnectionString += ";Command Timeout=2");
        await Task.WhenAll(cluster["n2"].BlockReplicationAsync(Cancelled), cluster["n3"].BlockReplicationAsync(Cancelled));
        string[] arguments = ["--roles", "verifier", "--verifier", "haverifier"];
        var waited = await ApplyAsync(cluster, settings, arguments);
        Assert.Equal(1, waited.Code);
        Assert.Contains("not known", waited.Output + waited.Error, StringComparison.Ordinal);
        await Task.WhenAll(cluster["n2"].UnblockReplicationAsync(Cancelled), cluster["n3"].UnblockReplicationAsync(Cancelled));
        Assert.Equal(0, (await ApplyAsync(cluster, settings, arguments)).Code);
        await (await OpenAsync(cluster["n1"], cluster, "haverifier", RoleNames.PasswordOf("haverifier"), "app")).DisposeAsync();
    }

    /// <summary>The script that is printed and what --apply does come to the same: nothing is missing after it.</summary>
    [Fact]
    public async Task RolesSql_RunByHand_LeavesNothingToApply()
    {
        var (cluster, settings) = await StartAsync();
        await using var superuser = await OpenAsync(cluster, "postgres");
        await RunAsync(superuser, await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "roles.sql"), Cancelled));
        Assert.StartsWith("At n1 nothing was changed", (await ApplyAsync(cluster, settings)).Output, StringComparison.Ordinal);
        Assert.Equal("rolpassword: 0", $"rolpassword: {await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_authid WHERE rolname IN ('app', 'haobserver', 'hacontrol', 'haverifier') AND rolpassword IS NOT NULL", Cancelled)}");

        // With odd names and everything that can be asked for, by psql: also in the application's database.
        var psql = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(f => Path.Combine(f, "psql")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(psql is null, "psql is not on this machine");
        await RunAsync(superuser, $"CREATE DATABASE {RoleNames.Identifier(RoleNames.Database)}");
        string[] arguments = [.. RoleNames.Arguments, "--replication", "repl :x", "--keep-slots", "--hba-rules", "--audit-table", "--commit-token"];
        var printed = await ToolRun.InProcessAsync(settings, ["init-roles", .. arguments]);
        Assert.True(printed.Code == 0, printed.ToString());
        var (code, output) = await Psql.RunAsync(psql, cluster, "n1", printed.Output, "ON_ERROR_STOP=1");
        Assert.True(code == 0, output);
        var applied = await ApplyAsync(cluster, settings, arguments);
        Assert.True(applied.Output.StartsWith("At n1 nothing was changed", StringComparison.Ordinal), $"{applied}\n{printed.Output}");
    }

    private async Task<(PostgresCluster Cluster, FileInfo Settings)> StartAsync()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        Assert.SkipWhen(cluster.MajorVersion < 15, "before PostgreSQL 15 the control user is a superuser");
        await cluster["n1"].ExecuteAsync($"ALTER ROLE {cluster.Application.User} RENAME TO owner", Cancelled); // app is a default name of the script
        return (cluster, ToolRun.SettingsOf(cluster, Folder, o =>
        {
            o.ConnectionString = "Database=app";
            (o.Failover.ControlUsername, o.Failover.ControlPassword) = ("", null);
        }));
    }

    /// <summary>Null where it succeeded.</summary>
    private static async Task<string?> StateOfAsync(NpgsqlConnection connection, string statement)
    {
        try
        {
            await RunAsync(connection, statement);
            return null;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
    }

    private static async Task<List<string>> RightsAsync(NpgsqlConnection connection, string role)
    {
        await using var command = new NpgsqlCommand("""
            WITH role AS (SELECT * FROM pg_roles WHERE rolname = $1),
                 acl AS (SELECT 'database ' || datname AS object, datacl AS acl FROM pg_database
                   UNION ALL SELECT CASE relkind WHEN 'v' THEN 'view ' ELSE 'relation ' END || oid::regclass, relacl FROM pg_class
                   UNION ALL SELECT 'function ' || oid::regprocedure, proacl FROM pg_proc
                   UNION ALL SELECT 'parameter ' || parname, paracl FROM pg_parameter_acl
                   UNION ALL SELECT 'schema ' || nspname, nspacl FROM pg_namespace),
                 given AS (SELECT a.privilege_type || ' on ' || acl.object AS text FROM acl, aclexplode(acl.acl) a, role WHERE a.grantee = role.oid)
            SELECT text FROM (
              SELECT text FROM given
              UNION ALL SELECT CASE WHEN count(DISTINCT (d.classid, d.objid)) = (SELECT count(DISTINCT split_part(text, ' on ', 2)) FROM given) THEN NULL ELSE 'something else' END FROM pg_shdepend d, role WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = role.oid
              UNION ALL SELECT 'member of ' || m.roleid::regrole FROM pg_auth_members m, role WHERE m.member = role.oid
              UNION ALL SELECT unnest(s.setconfig) FROM pg_db_role_setting s, role WHERE s.setrole = role.oid
              UNION ALL SELECT unnest(array_remove(ARRAY[CASE WHEN rolcanlogin THEN 'LOGIN' END, CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
                CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolreplication THEN 'REPLICATION' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END], NULL)) FROM role) x
            WHERE text IS NOT NULL ORDER BY text COLLATE "C"
            """, connection) { Parameters = { new() { Value = role } } };
        var rights = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        while (await reader.ReadAsync(Cancelled))
            rights.Add(reader.GetString(0));
        return rights;
    }

    /// <summary>All roles with their passwords, and all that they have.</summary>
    private static async Task<string> StateAsync(NpgsqlConnection connection)
    {
        await using var roles = new NpgsqlCommand("SELECT rolname FROM pg_roles WHERE rolname IN ('app', 'haobserver', 'hacontrol', 'haverifier', 'another', 'newcontrol') ORDER BY 1", connection);
        var names = new List<string>();
        await using (var reader = await roles.ExecuteReaderAsync(Cancelled))
        {
            while (await reader.ReadAsync(Cancelled))
                names.Add(reader.GetString(0));
        }

        var state = new List<string>();
        foreach (var name in names)
        {
            await using var password = new NpgsqlCommand("SELECT rolpassword FROM pg_authid WHERE rolname = $1", connection) { Parameters = { new() { Value = name } } };
            state.Add($"{name} {await password.ExecuteScalarAsync(Cancelled)}: {string.Join(", ", await RightsAsync(connection, name))}");
        }

        return string.Join('\n', state);
    }
}
