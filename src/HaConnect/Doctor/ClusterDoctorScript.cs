using System.Text;
using HaConnect.Doctor;

namespace HaConnect;

/// <summary>Makes one psql script out of what mends the findings of <see cref="HaCluster.DiagnoseAsync"/>. It runs nothing.</summary>
public static class ClusterDoctorScript
{
    private const string Head = """
        -- What mends the findings of HaConnect's diagnosis. Read it before you run it, at each node that it has a part for, as a superuser:
        --   psql -X -h HOST -U postgres -d postgres -v node=NODE -f THIS_FILE
        -- Only the part of that node is run: node=NODE is how you say which server it is. It stops at the first statement that fails.
        \set ON_ERROR_STOP on
        \if :{?node}
        \else
          \echo 'Say which node this server is: psql -v node=NODE'
          \quit
        \endif
        """;

    /// <summary>
    /// Writes the script: a part for each node, run only where psql was told that it is that node, with each problem as a comment before the
    /// statements that mend it. What no statement mends, and which nodes have to be restarted, is in comments too.
    /// </summary>
    /// <param name="findings">What was found.</param>
    /// <returns>The script, for psql of PostgreSQL 13 and later.</returns>
    public static string Write(IEnumerable<ClusterFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        var all = findings.ToList();
        var text = new StringBuilder(Head).Append('\n');
        foreach (var part in all.Where(f => f is { Sql: not null, RunAt: not null }).GroupBy(f => f.RunAt!, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            WritePart(text, part.Key, [.. part]);
        foreach (var finding in all.Where(f => f.Sql is null || f.RunAt is null))
            text.Append("\n-- By hand, ").Append(Reason(finding)).Append("\n--   ").Append(SqlText.OneLine(finding.Remedy)).Append('\n');
        return text.ToString();
    }

    private static void WritePart(StringBuilder text, string node, IReadOnlyList<ClusterFinding> findings)
    {
        text.Append("\n-- ").Append(SqlText.OneLine(node)).Append("\nSELECT :'node' = ").Append(SqlText.Literal(node)).Append(" AS haconnect_here \\gset\n\\if :haconnect_here\n");
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var finding in findings)
        {
            text.Append("\n-- ").Append(Reason(finding)).Append('\n');
            if (done.Add(finding.Sql!))
                text.Append(finding.Sql).Append('\n');
        }

        if (findings.Any(f => f.NeedsRestart))
            text.Append("\n\\echo 'Now restart this server: some of what was set takes effect with its next start.'\n");
        text.Append("\\endif\n");
    }

    private static string Reason(ClusterFinding finding) =>
        $"{finding.Severity}{(finding.Node is { } node ? $" at {SqlText.OneLine(node)}" : "")}, {SqlText.OneLine(finding.Code)}: {SqlText.OneLine(finding.Problem)}";
}
