using System.Text.RegularExpressions;
using HaConnect.Commits;
using HaConnect.Doctor;
using HaConnect.Operations;
using HaConnect.Operations.Auditing;
using HaConnect.Operations.Roles;

namespace HaConnect.Tests.Operations.Roles;

public sealed partial class InitRolesTests
{
    [Fact]
    public void Write_DefaultNames_IsRolesSql() => Assert.Equal(Document("roles.sql"), InitRoles.Write(new InitRolesOptions()));

    /// <summary>ALTER SYSTEM is for superusers only before 15, and pg_read_all_data came with 14.</summary>
    [Theory]
    [InlineData(13)]
    [InlineData(14)]
    public void Write_Before15_TheControlUserIsASuperuserAndNothingIsThereThatIsNewer(int version)
    {
        var everything = new InitRolesOptions { PostgresVersion = version, Replication = "repl", KeepsSlots = true, ReadsHbaRules = true, HasAuditTable = true, HasCommitTokens = true };
        Assert.Equal(
            $$"""
            CREATE ROLE "app" LOGIN;
            GRANT CONNECT ON DATABASE "app" TO "app";
            CREATE ROLE "haobserver" LOGIN;
            GRANT CONNECT ON DATABASE "postgres" TO "haobserver";
            GRANT pg_monitor TO "haobserver";
            GRANT SELECT ON pg_catalog.pg_file_settings TO "haobserver";
            GRANT EXECUTE ON FUNCTION pg_catalog.pg_show_all_file_settings() TO "haobserver";
            GRANT SELECT ON pg_catalog.pg_hba_file_rules TO "haobserver";
            GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO "haobserver";
            CREATE ROLE "hacontrol" LOGIN SUPERUSER;
            CREATE ROLE "repl" LOGIN REPLICATION;
            CREATE ROLE "haverifier" LOGIN;
            GRANT CONNECT ON DATABASE "app" TO "haverifier";
            GRANT CONNECT ON DATABASE "postgres" TO "haverifier";
            {{(version == 13 ? "GRANT pg_monitor TO \"haverifier\";" : "GRANT pg_monitor, pg_read_all_data TO \"haverifier\";")}}
            ALTER ROLE "haverifier" SET default_transaction_read_only = on;
            {{(version == 13 ? """
            \connect -reuse-previous=on "dbname='app'"
            GRANT USAGE ON SCHEMA "public" TO "haverifier";
            GRANT SELECT ON ALL TABLES IN SCHEMA "public" TO "haverifier";
            ALTER DEFAULT PRIVILEGES FOR ROLE "app" IN SCHEMA "public" GRANT SELECT ON TABLES TO "haverifier";
            \connect -reuse-previous=on "dbname='postgres'"

            """ : "")}}CREATE SCHEMA IF NOT EXISTS haconnect_audit;
            CREATE TABLE IF NOT EXISTS haconnect_audit.trail {{AuditTableSql.Columns}};
            GRANT USAGE ON SCHEMA "haconnect_audit" TO "hacontrol";
            GRANT SELECT, INSERT ON haconnect_audit.trail TO "hacontrol";
            \connect -reuse-previous=on "dbname='app'"
            CREATE SCHEMA IF NOT EXISTS haconnect;
            CREATE TABLE IF NOT EXISTS haconnect.commit_token {{CommitTokens.Columns}};
            GRANT USAGE ON SCHEMA "haconnect" TO "app";
            GRANT SELECT, INSERT, DELETE ON haconnect.commit_token TO "app";

            """, Statements(InitRoles.Write(everything)));
    }

    [Fact]
    public void Write_Witness_IsTheFirstTwoStatementsOfTheControlUser()
    {
        var script = InitRoles.Write(new InitRolesOptions { Witness = "w1", HasAuditTable = true });
        Assert.Equal("""
            CREATE ROLE "hacontrol" LOGIN;
            GRANT CONNECT, CREATE ON DATABASE "postgres" TO "hacontrol";

            """, Statements(script));
        Assert.Contains(Statements(script), Statements(InitRoles.Write(new InitRolesOptions())), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WhatIsLeftOut_IsNotMade()
    {
        var script = InitRoles.Write(new InitRolesOptions { Application = null, Control = null, Verifier = null, Observer = "o" });
        Assert.Contains("CREATE ROLE \"o\" LOGIN;", script, StringComparison.Ordinal);
        Assert.Single(Statements(script).Split('\n'), s => s.StartsWith("CREATE ROLE", StringComparison.Ordinal));
    }

    /// <summary>Where the application shares the control database, the schema of its table is that of the coordinators' tables.</summary>
    [Fact]
    public void Write_CommitTokensInTheControlDatabase_CoordinatorsMayStillMakeTheirTables()
    {
        var options = new InitRolesOptions { Databases = { "postgres" }, HasCommitTokens = true };
        Assert.Contains("GRANT USAGE, CREATE ON SCHEMA \"haconnect\" TO \"hacontrol\";", InitRoles.Write(options), StringComparison.Ordinal);
        Assert.DoesNotContain("GRANT USAGE, CREATE", InitRoles.Write(new InitRolesOptions { HasCommitTokens = true }), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OddNames_AreQuotedAndBeginNoLine()
    {
        const string Odd = "a\"b'; DROP ROLE x -- \\! :v";
        var script = InitRoles.Write(new InitRolesOptions { Application = Odd, Databases = { Odd }, Control = "c", Observer = "o", Verifier = "v", HasCommitTokens = true });
        Assert.Contains("CREATE ROLE \"a\"\"b'; DROP ROLE x -- \\! :v\" LOGIN;", script, StringComparison.Ordinal);
        Assert.Contains("\\connect -reuse-previous=on \"dbname='a\"\"b\\'; DROP ROLE x -- \\\\! :v'\"\n", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WhatCannotBeUsed_IsOneErrorThatNamesTheOption()
    {
        Refused(new InitRolesOptions { Observer = "app" }, "InitRolesOptions.Application and InitRolesOptions.Observer are both 'app'; each needs a role of its own, or to be left out.");
        Refused(new InitRolesOptions { Control = "" }, "InitRolesOptions.Control is ''; it must have 1 to 63 bytes in UTF-8 and no control characters.");
        Refused(new InitRolesOptions { Verifier = new string('ü', 32) }, "InitRolesOptions.Verifier is 'üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü'; it must have 1 to 63 bytes");
        Refused(new InitRolesOptions { Observer = "a\nb" }, "InitRolesOptions.Observer is 'a?b'; it must have");
        Refused(new InitRolesOptions { Observer = "pg_monitor" }, "InitRolesOptions.Observer is 'pg_monitor', a name that PostgreSQL keeps for itself");
        Refused(new InitRolesOptions { Databases = { "a\0b" } }, "InitRolesOptions.Databases is 'a?b'");
        Refused(new InitRolesOptions { PostgresVersion = 12 }, "InitRolesOptions.PostgresVersion is 12; it must be a major version from 13 on.");
        Refused(new InitRolesOptions { Witness = "w1", Control = null }, "a witness needs the control user, and InitRolesOptions.Control is none");
        Refused(new InitRolesOptions { Application = null, Control = null, Verifier = null, Observer = null }, "there is no role to make");

        static void Refused(InitRolesOptions options, string expected) => Assert.StartsWith(expected, Assert.Throws<ArgumentException>(() => InitRoles.Write(options)).Message, StringComparison.Ordinal);
    }

    /// <summary>What the diagnosis would have a superuser be given instead is what the script gives.</summary>
    [Fact]
    public void Instead_ControlUserAndObserver_AreTheGrantsOfTheScript()
    {
        var script = OneLine(Statements(InitRoles.Write(new InitRolesOptions())));
        foreach (var statement in ControlGrants.Instead("hacontrol", "postgres", coordinates: true).SkipLast(1).Concat(ControlGrants.Instead("haobserver", "postgres", coordinates: false).SkipLast(1)))
            Assert.Contains(OneLine(statement) + ";", script, StringComparison.Ordinal);
    }

    /// <summary>The scripts for one thing alone make the same tables and give the same.</summary>
    [Theory]
    [InlineData("audit.sql", "control", "hacontrol")]
    [InlineData("commit-token.sql", "app", "app")]
    public void Write_TablesAskedFor_AreThoseOfTheirOwnScripts(string document, string variable, string role)
    {
        var script = OneLine(Statements(InitRoles.Write(new InitRolesOptions { HasAuditTable = true, HasCommitTokens = true }))).Replace("\"", "", StringComparison.Ordinal);
        var expected = OneLine(Statements(Document(document))).Replace($":\"{variable}\"", role, StringComparison.Ordinal);
        Assert.Contains(expected, script, StringComparison.Ordinal);
    }

    private static string Document(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, name)).ReplaceLineEndings("\n");

    /// <summary>Without comments, a statement's lines joined where it lists objects.</summary>
    private static string Statements(string script) =>
        ObjectList().Replace(Empty().Replace(Comment().Replace(script, ""), ""), m => " " + m.Value.Trim());

    private static string OneLine(string sql) => Blanks().Replace(sql, " ").Replace("( ", "(", StringComparison.Ordinal).Trim();

    [GeneratedRegex(" *--.*$", RegexOptions.Multiline, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\n", RegexOptions.Multiline, 1000)]
    private static partial Regex Empty();

    [GeneratedRegex(@"\n +(?=TO |pg_catalog|[a-z_.]+,?\n)", RegexOptions.None, 1000)]
    private static partial Regex ObjectList();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Blanks();
}
