using HaConnect.Failover;
using HaConnect.Failover.Promotion;

namespace HaConnect.Doctor;

/// <summary>
/// What preflight refuses. It stops at its first problem; the doctor wants them all, so it shows preflight one aspect at a time, on a server
/// that is sound in every other. Pure.
/// </summary>
internal static class PreflightChecks
{
    private const string There = "run there: ";
    private const string Reload = "; SELECT pg_reload_conf()";

    /// <summary>A record in which preflight finds nothing to object to.</summary>
    private static readonly VoterRecord s_sound = new() { InRecovery = true, SystemIdentifier = 0, VersionNumber = 990000, WalReceiverTimeout = TimeSpan.FromSeconds(1) };

    /// <summary>Each with what mends it, where preflight's own remedy is no statement. Whoever only observes judges what holds for any failover.</summary>
    private static readonly (string Code, Func<VoterRecord, VoterRecord> Show, bool WhenObserving, Func<Examination, string, VoterRecord, Mend?> Mend)[] s_aspects =
    [
        (FindingCodes.OtherManager, r => s_sound with { OtherManagers = r.OtherManagers }, false, (_, _, _) => null),
        (FindingCodes.VersionAcksEarly, r => s_sound with { VersionNumber = r.VersionNumber }, true, (_, _, _) => null),
        (FindingCodes.MissingPrivileges, r => s_sound with { MissingPrivileges = r.MissingPrivileges }, false, Grants),
        (FindingCodes.VotersDiffer, r => s_sound with { StoredVoters = r.StoredVoters }, false, (_, _, _) => null),
        (FindingCodes.ControlDatabaseDiffers, r => s_sound with { StoredControlDatabase = r.StoredControlDatabase }, false, (_, _, _) => null),
        (FindingCodes.AckProvesNothing, r => s_sound with { UnsafeSettings = r.UnsafeSettings }, true, (_, node, r) => Doctor.Mend.Settings(node, r.UnsafeSettings.Select(s => (s.Split(' ')[0], "on")))),
        (FindingCodes.RestoreCommand, r => s_sound with { RestoreCommand = r.RestoreCommand }, false,
            (_, node, r) => r.VersionNumber >= 140000 ? Doctor.Mend.Setting(node, "restore_command", "''") : Doctor.Mend.SettingAndRestart(node, "restore_command", "''")),
        (FindingCodes.WalReceiverTimeout, r => r.InRecovery ? s_sound with { WalReceiverTimeout = r.WalReceiverTimeout } : s_sound, false, ReceiverTimeout),
        (FindingCodes.ConninfoDiffers, r => r.InRecovery ? s_sound with { PrimaryConninfo = r.PrimaryConninfo } : s_sound, false, (_, _, _) => null),
        (FindingCodes.SyncNamesDiffer, r => s_sound with { InRecovery = r.InRecovery, SynchronousNames = r.SynchronousNames, SynchronousNamesText = r.SynchronousNamesText }, false, (_, _, _) => null),
    ];

    internal static IEnumerable<ClusterFinding> Find(Examination seen)
    {
        var records = Records(seen);
        var isAsynchronous = !seen.Coordinates && seen.Primary is { Server.SynchronousNamesText: "" };
        var state = FailoverState.Initial(isAsynchronous ? seen.Settings with { Required = 0 } : seen.Settings) with { Established = seen.Established is { IsGivenUp: true } ? null : seen.Established };
        var findings = new List<ClusterFinding>();
        if (seen is { Coordinates: true, Established.IsGivenUp: true } && Preflight.Problem(state with { Established = seen.Established }) is { } givenUp)
            findings.Add(Finding(FindingCodes.GivenUp, null, givenUp, null));
        foreach (var (node, record) in records)
        {
            foreach (var (code, show, _, mend) in s_aspects.Where(a => seen.Coordinates || a.WhenObserving))
            {
                if (Preflight.Problem(Show(state, node, show(record))) is { } problem)
                    findings.Add(Finding(code, node, problem, mend(seen, node, record)));
            }

            if (seen.Coordinates && !record.InRecovery && Preflight.Problem(Show(state, node, s_sound with { WalReceiverTimeout = record.WalReceiverTimeout })) is { } later)
                findings.Add(Finding(FindingCodes.WalReceiverTimeout, node, later, ReceiverTimeout(seen, node, record)) with { Severity = FindingSeverity.Warning, Problem = $"once {node} is a standby: {Split(later).Problem}" });
        }

        if (Preflight.Problem(records.Aggregate(state, (s, r) => Show(s, r.Node, s_sound with { SystemIdentifier = r.Record.SystemIdentifier }))) is { } identity)
            findings.Add(Finding(FindingCodes.OtherCluster, null, identity, null));

        // Whatever else it refuses, so that nothing is left out.
        if (seen.Coordinates && Preflight.Problem(records.Aggregate(state, (s, r) => Show(s, r.Node, r.Record))) is { } other && findings.TrueForAll(f => f.Problem != Split(other).Problem))
            findings.Add(Finding(FindingCodes.PreflightRefuses, null, other, null));
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

    private static ClusterFinding Finding(string code, string? node, string sentence, Mend? mend)
    {
        var (problem, remedy) = Split(sentence);
        return Diagnosis.Unsafe(code, node, problem, mend ?? (node is not null && remedy.StartsWith(There, StringComparison.Ordinal) && remedy.EndsWith(Reload, StringComparison.Ordinal)
            ? Mend.There(node, remedy[There.Length..^Reload.Length], Reload[2..])
            : Mend.ByHand(remedy)));
    }

    /// <summary>Preflight's sentences end with what to do, behind a semicolon; where that is SQL, it is one statement and a reload.</summary>
    private static (string Problem, string Remedy) Split(string sentence)
    {
        var at = sentence.IndexOf("; " + There, StringComparison.Ordinal);
        if (at < 0)
            at = sentence.LastIndexOf("; ", StringComparison.Ordinal);
        return at < 0 ? (sentence, "see docs/operations/doctor.md") : (sentence[..at], sentence[(at + 2)..]);
    }

    private static Mend ReceiverTimeout(Examination seen, string node, VoterRecord record) => Mend.Setting(node, "wal_receiver_timeout", "'2s'");

    /// <summary>Grants come to the standbys from the primary. What is no statement as it stands is for people.</summary>
    private static Mend Grants(Examination seen, string node, VoterRecord record)
    {
        string[] statements = [.. record.MissingPrivileges.Where(p => p.StartsWith("GRANT ", StringComparison.Ordinal)), .. record.MissingPrivileges.Where(p => p.StartsWith("ALTER ROLE ", StringComparison.Ordinal)).Select(p => p.Split(" SUPERUSER (")[0] + " SUPERUSER")];
        var others = record.MissingPrivileges.Where(p => !p.StartsWith("GRANT ", StringComparison.Ordinal) && !p.StartsWith("ALTER ROLE ", StringComparison.Ordinal)).ToList();
        if (statements.Length == 0)
            return Mend.ByHand(string.Join("; ", others));
        var mend = record.InRecovery ? Mend.AtPrimary(seen, statements) : Mend.There(node, statements);
        return others.Count == 0 ? mend : mend.But($"; and {string.Join("; ", others)}");
    }
}
