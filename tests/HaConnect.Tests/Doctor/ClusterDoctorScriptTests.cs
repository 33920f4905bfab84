using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class ClusterDoctorScriptTests
{
    [Fact]
    public void Write_Findings_ArePartsByNodeAndCommentsForTheRest()
    {
        var seen = Healthy.Cluster();
        var script = ClusterDoctorScript.Write(
        [
            Diagnosis.Warning("b-code", "b", "b is wrong", Mend.Setting("b", "x", "1")),
            Diagnosis.Warning("a-code", "a", "a is wrong", Mend.SettingAndRestart("a", "y", "2")),
            Diagnosis.Unsafe("roles", null, "a role is wrong", Mend.AtPrimary(seen, "ALTER ROLE r NOLOGIN")),
            Diagnosis.Information("else", null, "something else", Mend.ByHand("do it")),
        ]);
        Assert.Equal(
            """

            -- a
            SELECT :'node' = 'a' AS haconnect_here \gset
            \if :haconnect_here

            -- Warning at a, a-code: a is wrong
            ALTER SYSTEM SET y = 2;

            \echo 'Now restart this server: some of what was set takes effect with its next start.'
            \endif

            -- b
            SELECT :'node' = 'b' AS haconnect_here \gset
            \if :haconnect_here

            -- Warning at b, b-code: b is wrong
            ALTER SYSTEM SET x = 1;
            SELECT pg_reload_conf();
            \endif

            -- p
            SELECT :'node' = 'p' AS haconnect_here \gset
            \if :haconnect_here

            -- Unsafe, roles: a role is wrong
            ALTER ROLE r NOLOGIN;
            \endif

            -- By hand, Information, else: something else
            --   do it

            """.ReplaceLineEndings("\n"), script[script.IndexOf("\n-- a\n", StringComparison.Ordinal)..]);
    }

    [Fact]
    public void Write_HostileText_StaysInItsComment()
    {
        var script = ClusterDoctorScript.Write(
        [
            new ClusterFinding(FindingSeverity.Warning, "n'\n\\! rm\n", "p\n\\! rm\rDROP TABLE t;", "r") { Code = "c", Sql = "SELECT 1;", RunAt = "n'\n\\! rm\n" },
            new ClusterFinding(FindingSeverity.Warning, null, "p", "r\nDROP TABLE t;"),
        ]);
        Assert.DoesNotContain(script.Split('\n', '\r'), line => line.StartsWith("\\!", StringComparison.Ordinal) || line.StartsWith("DROP", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_TheSameStatementsTwice_AreRunOnce()
    {
        var finding = Diagnosis.Warning("c", "a", "x", Mend.Setting("a", "y", "1"));
        Assert.Equal(2, ClusterDoctorScript.Write([finding, finding with { Problem = "z" }]).Split("ALTER SYSTEM SET y = 1;").Length);
    }
}
