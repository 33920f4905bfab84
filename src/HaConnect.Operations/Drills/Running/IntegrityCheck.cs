using System.Globalization;
using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Reporting;

namespace HaConnect.Operations.Drills.Running;

/// <summary>Compares every row of every table of the application's database: the primary's with those of each standby.</summary>
internal static class IntegrityCheck
{
    private const int MostNamed = 5;

    /// <returns>Null where a server could not be read; that is a problem, told to <paramref name="problems"/>.</returns>
    internal static async Task<DrillIntegrity?> RunAsync(IDrillTarget target, DrillServer primary, List<string> problems, CancellationToken cancellationToken)
    {
        var options = new VerificationOptions { Goal = 1, ShowsValues = target.IsLocal, MaxShownRows = MostNamed };
        if (target.IsLocal)
            options.MaxLoad = 1; // nobody else is to be spared
        List<DrillIntegrityPair> pairs = [];
        try
        {
            foreach (var standby in target.Servers.Where(s => s.Name != primary.Name))
            {
                var report = await Verification.RunAsync(new VerificationSide(primary.Name, target.Verifier(primary)), new VerificationSide(standby.Name, target.Verifier(standby)), options, cancellationToken).ConfigureAwait(false);
                pairs.Add(PairOf(report));
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            problems.Add($"The comparison of the nodes failed: {e.Message}");
            return null;
        }

        var (rows, different) = (pairs.Sum(p => p.Rows), pairs.Sum(p => p.DifferentRows));
        return new DrillIntegrity(rows, different, rows == 0 ? 1 : (double)(rows - different) / rows, pairs);
    }

    private static DrillIntegrityPair PairOf(VerificationReport report) => new(
        report.Left, report.Right, report.Rows, report.DifferentRows + report.UnjudgedRows,
        [.. report.Tables.Where(t => t.DifferentRows + t.InFlux + t.Unjudged > 0).Select(Words), .. report.Notes.Where(n => n.Kind != VerificationNoteKind.Note).Select(Words)],
        [.. report.Notes.Where(n => n.Kind == VerificationNoteKind.Note).Select(Words)]);

    private static string Words(VerifiedTable table)
    {
        var rows = string.Create(CultureInfo.InvariantCulture, $"{table.Name}: {table.DifferentRows} of {table.Rows} rows differ{(table.InFlux + table.Unjudged > 0 ? $", {table.InFlux + table.Unjudged} could not be judged" : "")}");
        var named = table.Shown.Take(MostNamed).Select(r => $"{r.Key} {r.Kind.ToString().ToLowerInvariant()}{(r.Kind == RowDifferenceKind.Changed ? $" in {string.Join(", ", r.Columns.Select(c => c.Column))}" : "")}").ToList();
        return named.Count == 0 ? rows : $"{rows} ({string.Join("; ", named)})";
    }

    private static string Words(VerificationNote note) => note.Table is { } table ? $"{table}: {note.Text}" : note.Text;
}
