using System.Globalization;
using HaConnect.Operations.Reports;

namespace HaConnect.Operations.Incidents;

/// <summary>A post-mortem: what the trail knows, and the questions that only people can answer. Pure.</summary>
internal static class IncidentDocument
{
    internal static ReportDocument Of(IncidentContext c, IReadOnlyList<TrailFacts> trails) => new(
        IncidentWords.Title(c),
        IncidentWords.Verdict(c),
        null,
        [
            new ReportSection("What is known", Facts(c)),
            new ReportSection("Impact",
                Fill("Who noticed what, from when until when? Which requests failed, or waited? How was it noticed: by an alert, or by users?"),
                new ReportParagraph($"Acked writes lost: {LossWords.Of(c)}")),
            new ReportSection("What happened when", [Clocks(c), Timeline(c), .. c.LeftOut > 0 ? (ReportBlock[])[new ReportParagraph(Text($"{c.LeftOut} further records are in the trail."))] : []]),
            new ReportSection("What was decided, and why", ListOr(c.Incident.Records.Where(r => r.Kind == AuditKind.Decision).Select(Told), "No coordinator tells of a decision.")),
            new ReportSection("What was refused, or failed", ListOr(c.Refusals.Select(Told), "Nothing, as far as these trails go.")),
            new ReportSection("Who asked for what", ListOr(c.Commands.Select(r => $"{Told(r)} (asked for by {r.By})"), "Nobody asked for anything through HaConnect. What was done past it is in no trail.")),
            new ReportSection("What was changed in the day before", ListOr(c.Changes.Select(Change), "No change of the configuration was seen.")),
            new ReportSection("Drills before it", ListOr(c.Drills.Select(Drill), "The trails tell of no drill before it.")),
            new ReportSection("Root cause",
                Fill("What was the first cause, and by what is that known? What made it worse? The trail says what HaConnect saw, and not why a server was lost: see its log, the host's and the network's."),
                Fill("Why did nothing prevent it, or warn of it before?")),
            new ReportSection("What went well, and what did not", Fill("What worked as it was meant to? What did not, or was luck?")),
            new ReportSection("Actions", Fill("What is to be changed, by whom, until when?"), new ReportTable(["Action", "Owner", "Due", "Done"], [["", "", "", ""], ["", "", "", ""], ["", "", "", ""]])),
            new ReportSection("What this rests on", new ReportTable(["Trail", "Verified"], [.. trails.Select(t => (IReadOnlyList<string>)[t.Source, t.Verification])]),
                new ReportParagraph("It tells what the instances of these trails have recorded. What other instances did is in theirs. Everything outside the paragraphs to fill in is from the trail.")),
        ]);

    private static ReportTable Facts(IncidentContext c)
    {
        List<(string, string)> facts =
        [
            ("What", IncidentWords.Name(c.Incident, c.Kind) + (c.OwnDrill is { } drill ? $", as a drill ({drill.Outcome.Sentence})" : "")),
            ("Cluster", c.Incident.Cluster),
            ("Primary", $"{c.PrimaryBefore ?? "not known"} before, {c.PrimaryAfter ?? (c.Incident.MayHavePromoted ? "not known afterwards" : c.Kind == IncidentKind.RefusedFailover ? "none afterwards, as far as these trails go" : "the same afterwards")}{(c.PrimaryAfter is null ? "" : " afterwards")}"),
            ("Term", c.Incident.Terms.Count > 0 ? string.Join(", ", c.Incident.Terms.Select(t => Text($"{t}"))) : "none was taken"),
            ("Coordinator", c.Coordinators.Count > 0 ? string.Join(", then ", c.Coordinators) : "none tells of it"),
        ];
        Add("Detected", c.Incident.Detected, "");
        Add("Begun", c.Incident.Detected is null ? c.Incident.Announced : null, "");
        Add("Decided", c.Incident.Records.LastOrDefault(Telling.IsChoice), "");
        Add("Promoted", c.Incident.Promoted, "");
        Add("Established", c.Incident.Established, "");
        if (c.Took is { } took)
            facts.Add(("Took", $"{IncidentWords.Seconds(took)}, from {(c.Incident.Detected is null ? "the begin of the switchover" : "the detection")} to the established term, by the clock of the instance that did it.{(c.Incident.Detected is null ? "" : " When the fault itself came is in no trail.")}"));
        if (c.Incident.Established is { Before: var before, After: { } after })
            facts.Add(("Who acks", $"{before ?? "not known"} before; {after} afterwards"));
        facts.Add(("Acked writes lost", LossWords.Of(c)));
        return ReportTable.Facts(facts);

        void Add(string name, AuditRecord? record, string more)
        {
            if (record is not null)
                facts.Add((name, $"{IncidentWords.Time(record.At)} UTC by {record.Coordinator}: {record.Sentence}{more}"));
        }
    }

    private static ReportParagraph Clocks(IncidentContext c)
    {
        var instances = c.Timeline.Select(r => r.Coordinator).Distinct(StringComparer.Ordinal).Count();
        var differ = c.ClocksDiffer > TimeSpan.Zero ? $" Here they differ by {IncidentWords.Seconds(c.ClocksDiffer)} at least." : "";
        return new ReportParagraph(instances < 2
            ? "All times are in UTC, by the clock of the one instance that told them; the second column is since the first record of the incident."
            : Text($"All times are in UTC, each by the clock of the instance that told it: {instances} instances, whose clocks need not agree.{differ} The order is that of the story: each instance keeps its own, and what was done in a later term comes after what was done in an earlier one. The second column is since the first record of the incident."));
    }

    private static ReportTable Timeline(IncidentContext c) => new(
        ["Time (UTC)", "#Since", "Instance", "#Term", "What", "Sentence"],
        [.. c.Timeline.Select(r => (IReadOnlyList<string>)[IncidentWords.Time(r.At), Text($"{(r.At - c.Incident.Begin).TotalSeconds:+0.000;-0.000;0.000} s"), r.Coordinator, r.Term is { } term ? Text($"{term}") : "", r.Kind.ToString().ToLowerInvariant(), Sentence(r)])]);

    private static string Sentence(AuditRecord r) => r.Sentence + (r.Kind == AuditKind.Configuration && r is { Before: not null, After: not null } ? $" (before: {r.Before})" : "") + (r.By is { } by ? $" (asked for by {by})" : "");

    private static string Told(AuditRecord r) => $"{IncidentWords.Time(r.At)} UTC, {r.Coordinator}: {r.Sentence}";

    private static string Change(AuditRecord r) => $"{IncidentWords.Time(r.At)} UTC, seen by {r.Coordinator}: {r.Sentence}" + (r is { Before: { } before, After: var after } ? $" (before: {before}; then: {after ?? "nothing"})" : r.After is { } options ? $" ({options})" : "");

    private static string Drill(Drills.History.DrillEntry d) => $"{IncidentWords.Time(d.Outcome.At)} UTC, {d.Outcome.Kind.ToString().ToLowerInvariant()} drill {(d.Outcome.Passed ? "passed" : "failed")}{(d.Outcome.IsLocal ? " on a throw-away cluster" : "")}{(d.Outcome.Recovery is { } recovery ? $", recovery {IncidentWords.Seconds(recovery)}" : "")}: {d.Outcome.Sentence}";

    private static ReportParagraph Fill(string question) => new(question, IsForPeopleToFillIn: true);

    private static ReportBlock ListOr(IEnumerable<string> items, string none)
    {
        string[] all = [.. items];
        return all.Length > 0 ? new ReportList(all) : new ReportParagraph(none);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
