using HaConnect.Failover;
using HaConnect.Failover.Promotion;

namespace HaConnect.Doctor;

/// <summary>
/// What preflight refuses. It stops at its first problem; the doctor wants them all, so it shows preflight one aspect at a time, on a server
/// that is sound in every other. Pure.
/// </summary>
internal static class PreflightChecks
{
    /// <summary>A record in which preflight finds nothing to object to.</summary>
    private static readonly VoterRecord s_sound = new() { InRecovery = true, SystemIdentifier = 0, VersionNumber = 990000, WalReceiverTimeout = TimeSpan.FromSeconds(1) };

    /// <summary>Each with a remedy, where preflight's own can be put better. Whoever only observes judges what holds for any failover.</summary>
    private static readonly (Func<VoterRecord, VoterRecord> Show, bool WhenObserving, Func<VoterRecord, string?> Remedy)[] s_aspects =
    [
        (r => s_sound with { OtherManagers = r.OtherManagers }, false, _ => null),
        (r => s_sound with { VersionNumber = r.VersionNumber }, true, _ => null),
        (r => s_sound with { MissingPrivileges = r.MissingPrivileges }, false, r => $"run {(r.InRecovery ? "at the primary" : "there")}: {string.Join("; ", r.MissingPrivileges)}"),
        (r => s_sound with { StoredVoters = r.StoredVoters }, false, _ => null),
        (r => s_sound with { StoredControlDatabase = r.StoredControlDatabase }, false, _ => null),
        (r => s_sound with { UnsafeSettings = r.UnsafeSettings }, true, r => $"run there: {string.Join("; ", r.UnsafeSettings.Select(s => $"ALTER SYSTEM SET {s.Split(' ')[0]} = on"))}; SELECT pg_reload_conf()"),
        (r => s_sound with { RestoreCommand = r.RestoreCommand }, false, EmptyRestoreCommand),
        (r => r.InRecovery ? s_sound with { WalReceiverTimeout = r.WalReceiverTimeout } : s_sound, false, _ => null),
        (r => r.InRecovery ? s_sound with { PrimaryConninfo = r.PrimaryConninfo } : s_sound, false, _ => null),
        (r => s_sound with { InRecovery = r.InRecovery, SynchronousNames = r.SynchronousNames, SynchronousNamesText = r.SynchronousNamesText }, false, _ => null),
    ];

    internal static IEnumerable<ClusterFinding> Find(Examination seen)
    {
        var records = Records(seen);
        var isAsynchronous = !seen.Coordinates && seen.Primary is { Server.SynchronousNamesText: "" };
        var state = FailoverState.Initial(isAsynchronous ? seen.Settings with { Required = 0 } : seen.Settings) with { Established = seen.Established is { IsGivenUp: true } ? null : seen.Established };
        var findings = new List<ClusterFinding>();
        if (seen is { Coordinates: true, Established.IsGivenUp: true } && Preflight.Problem(state with { Established = seen.Established }) is { } givenUp)
            findings.Add(Finding(null, givenUp, null));
        foreach (var (node, record) in records)
        {
            foreach (var (show, whenObserving, remedy) in s_aspects.Where(a => seen.Coordinates || a.WhenObserving))
            {
                if (Preflight.Problem(Show(state, node, show(record))) is { } problem)
                    findings.Add(Finding(node, problem, remedy(record)));
            }

            if (seen.Coordinates && !record.InRecovery && Preflight.Problem(Show(state, node, s_sound with { WalReceiverTimeout = record.WalReceiverTimeout })) is { } later)
                findings.Add(Finding(node, later, null) with { Severity = FindingSeverity.Warning, Problem = $"once {node} is a standby: {Split(later).Problem}" });
        }

        if (Preflight.Problem(records.Aggregate(state, (s, r) => Show(s, r.Node, s_sound with { SystemIdentifier = r.Record.SystemIdentifier }))) is { } identity)
            findings.Add(Finding(null, identity, null));

        // Whatever else it refuses, so that nothing is left out.
        if (seen.Coordinates && Preflight.Problem(records.Aggregate(state, (s, r) => Show(s, r.Node, r.Record))) is { } other && findings.TrueForAll(f => f.Problem != Split(other).Problem))
            findings.Add(Finding(null, other, null));
        return findings;
    }

    /// <summary>What any user sees stands in for what the control user may not. Grants are made at the primary, and told once.</summary>
    private static List<(string Node, VoterRecord Record)> Records(Examination seen)
    {
        var isTold = seen.Nodes.Any(n => n.Server is { InRecovery: false } && n.Record is { MissingPrivileges.Count: > 0 });
        return [.. seen.Nodes.Where(n => n.Server is not null).Select(n => (n.Node, Record(n.Record, n.Server!, isTold)))];
    }

    private static VoterRecord Record(VoterRecord? record, ServerReading server, bool grantsAreTold)
    {
        var isWhole = record is { MissingPrivileges.Count: 0 };
        return (record ?? s_sound) with
        {
            InRecovery = server.InRecovery,
            SystemIdentifier = server.SystemIdentifier,
            VersionNumber = server.VersionNumber,
            WalReceiverTimeout = server.WalReceiverTimeout,
            SynchronousNamesText = server.SynchronousNamesText,
            SynchronousNames = SynchronousNames.Parse(server.SynchronousNamesText),
            UnsafeSettings = [.. server.UnsafeSettings.Union(isWhole ? record!.UnsafeSettings : [], StringComparer.Ordinal)],
            MissingPrivileges = grantsAreTold && server.InRecovery ? [] : record?.MissingPrivileges ?? [],
        };
    }

    private static FailoverState Show(FailoverState state, string node, VoterRecord record) => state.With(node, v => v with { HoldsLock = true, Record = record });

    private static ClusterFinding Finding(string? node, string sentence, string? remedy)
    {
        var (problem, ownRemedy) = Split(sentence);
        return new ClusterFinding(FindingSeverity.Unsafe, node, problem, remedy ?? ownRemedy);
    }

    /// <summary>Preflight's sentences end with what to do, behind a semicolon; where that is SQL, it may hold further ones.</summary>
    private static (string Problem, string Remedy) Split(string sentence)
    {
        var at = sentence.IndexOf("; run there: ", StringComparison.Ordinal);
        if (at < 0)
            at = sentence.LastIndexOf("; ", StringComparison.Ordinal);
        return at < 0 ? (sentence, "see docs/operations/doctor.md") : (sentence[..at], sentence[(at + 2)..]);
    }

    private static string EmptyRestoreCommand(VoterRecord record) =>
        record.VersionNumber >= 140000 ? "run there: ALTER SYSTEM SET restore_command = ''; SELECT pg_reload_conf()" : "run there: ALTER SYSTEM SET restore_command = ''; and restart it";
}
