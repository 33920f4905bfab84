using System.Text.RegularExpressions;
using HaConnect.Probing;

namespace HaConnect.Tests.Probing;

public sealed partial class ProbeSqlTests
{
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    [InlineData(true, true, true)]
    public void Build_Privileges_TouchesOnlyWhatTheSessionMayRead(bool register, bool terms, bool pauses)
    {
        var sql = ProbeSql.Build(register, terms, seesPauses: pauses);
        Assert.Equal(pauses, sql.Contains("haconnect.pause p", StringComparison.Ordinal));
        Assert.Equal(register, sql.Contains("pg_file_settings", StringComparison.Ordinal));
        Assert.Equal(terms, sql.Contains("haconnect.term t", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Build_AnyPrivileges_IsOneReadOnlyStatement(bool register, bool terms)
    {
        foreach (var sql in (string[])[ProbeSql.Build(register, terms, seesPauses: terms), WitnessSql.Build(register, countsSessions: terms)])
        {
            Assert.DoesNotContain(';', sql);
            Assert.DoesNotMatch(@"(?i)\b(alter|update|insert|delete|create|pg_promote|pg_reload_conf|pg_terminate_backend|pg_advisory\w*|pg_try_advisory\w*)\b", sql);
        }
    }

    [Fact]
    public void Build_EveryCall_IsQualified()
    {
        // These sessions may be privileged: no function of a schema that others can write to may get in between.
        string[] keywords = ["EXISTS", "AND", "CASE", "LATERAL", "extract", "bit", "FROM", "greatest", "coalesce", "ANY", "OR"];
        foreach (var sql in (string[])[ProbeSql.Build(true, true, countsSessions: true, seesPauses: true), ProbeSql.Capabilities, WitnessSql.Build(true, countsSessions: true)])
            Assert.DoesNotContain(Calls().Matches(sql), m => !m.Groups["q"].Success && !keywords.Contains(m.Groups["f"].Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Build_NewSessions_AreCountedOnlyWhereTheServerHasTheFunction(bool counts)
    {
        Assert.Equal(counts, ProbeSql.Build(true, true, counts).Contains("pg_stat_get_db_sessions", StringComparison.Ordinal));
    }

    [Fact]
    public void Build_Timeline_ComesFromTheInsertPosition()
    {
        // pg_control_checkpoint() lags behind a promotion.
        Assert.Contains("pg_walfile_name(r.insert_lsn)", ProbeSql.Build(true, true), StringComparison.Ordinal);
        Assert.Contains("pg_current_wal_insert_lsn()", ProbeSql.Build(true, true), StringComparison.Ordinal);
        Assert.DoesNotContain("pg_current_wal_lsn", ProbeSql.Build(true, true), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?<q>pg_catalog\.)?\b(?<f>[a-zA-Z_]+)\(", RegexOptions.None, 1000)]
    private static partial Regex Calls();
}
