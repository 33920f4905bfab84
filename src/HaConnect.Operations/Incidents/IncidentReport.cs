using HaConnect.Operations.Drills.History;
using HaConnect.Operations.Incidents;
using HaConnect.Operations.Reports;
using Npgsql;

namespace HaConnect.Operations;

/// <summary>
/// A post-mortem of a failover, a switchover, or one that was refused, filled in with what audit trails tell; what only people know is left to be filled in. docs/operations/incident-report.md.
/// </summary>
public sealed class IncidentReport
{
    private readonly IncidentContext _context;
    private readonly IReadOnlyList<TrailFacts> _trails;

    private IncidentReport(IncidentContext context, IReadOnlyList<TrailFacts> trails) => (_context, _trails) = (context, trails);

    /// <summary>What it was, as a sentence.</summary>
    public string Verdict => IncidentWords.Verdict(_context);

    /// <summary>Reads it from the folders of audit trails, and verifies these.</summary>
    /// <param name="folders">The folders; those of all instances tell the whole story.</param>
    /// <param name="which">Which incident; null for the last failover or switchover, done or refused.</param>
    /// <exception cref="DirectoryNotFoundException">One of the folders is not there.</exception>
    /// <exception cref="InvalidOperationException">The trails do not tell of such an incident, or tell of several clusters and none is named; the message says what there is.</exception>
    public static IncidentReport ReadFolders(IEnumerable<string> folders, IncidentSelection? which = null)
    {
        ArgumentNullException.ThrowIfNull(folders);
        string[] all = [.. folders];
        var trails = all.Select(f => (Folder: f, Found: AuditVerifier.VerifyFolder(f))).Select(v => new TrailFacts(v.Folder, v.Found.IsIntact, $"{v.Found}".ReplaceLineEndings("; "))).ToList();
        return Of([.. AuditReader.ReadFolders(all, new AuditFilter { IncludesUpkeep = true })], which ?? new IncidentSelection(), trails);
    }

    /// <summary>Reads it from the copy of all instances' trails on the cluster (<see cref="AuditTable"/>). It is not verified.</summary>
    /// <param name="dataSource">The cluster.</param>
    /// <param name="which">Which incident; null for the last failover or switchover, done or refused.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">The trails do not tell of such an incident; the message says what there is.</exception>
    /// <exception cref="NoPrimaryException">There was no primary within <see cref="ConnectionsOptions.WaitTimeout"/>.</exception>
    /// <exception cref="NpgsqlException">The table cannot be read.</exception>
    public static async Task<IncidentReport> ReadAsync(HaDataSource dataSource, IncidentSelection? which = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var story = await AuditTable.ReadAsync(dataSource, new AuditFilter { IncludesUpkeep = true }, cancellationToken).ConfigureAwait(false);
        which ??= new IncidentSelection();
        return Of(story, new IncidentSelection { Term = which.Term, At = which.At, ClusterName = which.ClusterName ?? dataSource.Runtime.Options.ClusterName }, [new TrailFacts("haconnect_audit.trail", null, "not verified (AuditTable.VerifyAsync does)")]);
    }

    /// <summary>As Markdown.</summary>
    public string ToMarkdown() => MarkdownReport.Write(Document);

    /// <summary>As one HTML page that loads nothing.</summary>
    public string ToHtml() => HtmlReport.Write(Document);

    /// <summary>As JSON, for programs: it has a schemaVersion.</summary>
    public string ToJson() => IncidentJsonDocument.Of(_context, _trails).Write();

    internal IncidentContext Context => _context;

    internal ReportDocument Document => IncidentDocument.Of(_context, _trails);

    internal static IncidentReport Of(IReadOnlyList<AuditEntry> entries, IncidentSelection which, IReadOnlyList<TrailFacts> trails)
    {
        var story = entries.Where(e => !e.IsUpkeep).Select(e => e.Record).ToList();
        var clusters = story.Where(r => r.Kind != AuditKind.Drill).Select(r => r.Cluster).Distinct(StringComparer.Ordinal).ToList();
        if (which.ClusterName is null && clusters.Count > 1)
            throw new InvalidOperationException($"The trails tell of several clusters: {string.Join(", ", clusters)}. Name the one that is meant (--cluster).");
        var own = story.Where(r => r.Cluster == (which.ClusterName ?? r.Cluster)).ToList();
        var incidents = IncidentFinder.Find(own);
        return IncidentFinder.Select(incidents, which.Term, which.At) is { } incident
            ? new IncidentReport(IncidentContext.Of(own, DrillLedger.Of(entries), incidents, incident), trails)
            : throw new InvalidOperationException($"{which.InWords} is not in these trails. {(incidents.Count == 0 ? "They tell of no incident." : $"They tell of:\n{string.Join('\n', incidents.TakeLast(MostListed).Select(IncidentWords.Line))}")}");
    }

    private const int MostListed = 20;
}
