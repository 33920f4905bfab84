using HaConnect.Operations;

namespace HaConnect.Tests.Operations.Incidents;

/// <summary>Records of several instances, in their chains, as coordinators tell them.</summary>
internal sealed class GivenStory
{
    internal static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, List<AuditEntry>> _chains = new(StringComparer.Ordinal);

    internal IReadOnlyList<AuditEntry> Merged => [.. AuditReader.Merge([.. _chains.Values])];

    internal GivenStory Add(string instance, double seconds, AuditKind kind, string step, string sentence, long? term = null, string? by = null, string? before = null, string? after = null, double? duration = null, string cluster = "main")
    {
        if (!_chains.TryGetValue(instance, out var chain))
            _chains[instance] = chain = [];
        var record = new AuditRecord(Noon.AddSeconds(seconds), cluster, instance, term, step, null, sentence) { Kind = kind, By = by, Before = before, After = after, Duration = duration is { } d ? TimeSpan.FromSeconds(d) : null };
        chain.Add(new AuditEntry(instance, chain.Count + 1, "hash", record, false, "{}"));
        return this;
    }

    internal GivenStory Detected(string instance, double seconds) => Add(instance, seconds, AuditKind.Decision, "Reading", "detected: n1 is lost: Connection refused; n2 and n3 hear nothing of it");

    internal GivenStory Promoted(string instance, double seconds, long term, string primary = "n2", string rowBefore = "term 1: n1, 1 of n2, n3") =>
        Add(instance, seconds, AuditKind.Act, "CuttingOff", $"term {term} is promised by n2, n3", term, duration: 0.02)
            .Add(instance, seconds + 0.1, AuditKind.Decision, "Deciding", $"{primary} is furthest (n2 term 1 0/19, n3 term 1 0/18) and will be promoted", term, duration: 0.12)
            .Add(instance, seconds + 0.2, AuditKind.Act, "Establishing", $"promoted: {primary} has left recovery", term, before: "n1", after: primary, duration: 0.22)
            .Add(instance, seconds + 0.4, AuditKind.Act, "Leading", $"established: {primary} is the primary of term {term}", term, before: rowBefore, after: $"term {term}: {primary}, 1 of n3", duration: 0.42);

    internal GivenStory Seen(string instance, double seconds, string before, string after) => Add(instance, seconds, AuditKind.Configuration, "Primary", $"{after} is seen as the primary", before: before, after: after);

    internal IncidentReport Report(IncidentSelection? which = null) => IncidentReport.Of(Merged, which ?? new IncidentSelection(), []);
}
