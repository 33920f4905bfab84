using System.Globalization;
using HaConnect.Failover.Promotion;

namespace HaConnect.Failover;

/// <summary>
/// Whether this instance may coordinate this cluster: what the servers have on record must agree with its options, and an ack must
/// prove what it is taken for. Pure; the first problem found, with its remedy.
/// </summary>
internal static class Preflight
{
    /// <summary>PostgreSQL's default is a minute; with this a frozen primary still counts as heard for ten seconds.</summary>
    private static readonly TimeSpan s_longestReceiverTimeout = TimeSpan.FromSeconds(10);

    internal static string? Problem(FailoverState s)
    {
        var read = s.Held.Where(v => v.Record is not null).ToList();
        return GivenUp(s) ?? read.Select(Manager).FirstOrDefault(p => p is not null)
            ?? read.Select(v => Version(v, s)).FirstOrDefault(p => p is not null)
            ?? read.Select(Rights).FirstOrDefault(p => p is not null)
            ?? Identity(read)
            ?? read.Select(v => Stored(v, s)).FirstOrDefault(p => p is not null)
            ?? read.Select(v => Safety(v, s)).FirstOrDefault(p => p is not null)
            ?? read.Select(v => Names(v, s)).FirstOrDefault(p => p is not null);
    }

    private static string? GivenUp(FailoverState s) => s.Established is { IsGivenUp: true } word
        ? string.Create(CultureInfo.InvariantCulture, $"coordination of this cluster was given up, on record as term {word.Term}; set Failover.Mode = Observe, or begin anew as docs/operations/unmanaged.md says")
        : null;

    /// <summary>Of two managers each would undo what the other does, and both could promote.</summary>
    private static string? Manager(VoterState voter) => voter is { Voter.IsWitness: false, Record.OtherManagers: { Count: > 0 } managers }
        ? $"{voter.Voter.Name} is managed by {string.Join(" and ", managers)}, and two managers would work against each other; set Failover.Mode = Observe, which follows the promotions that others make, or remove this mark where it is a leftover"
        : null;

    /// <summary>Before these minor versions a commit just after a start did not always wait (PostgreSQL's release notes of May 2025).</summary>
    private static string? Version(VoterState voter, FailoverState s)
    {
        var (major, minor) = (voter.Record!.VersionNumber / 10000, voter.Record.VersionNumber % 10000);
        var least = major switch { 13 => 21, 14 => 18, 15 => 13, 16 => 9, 17 => 5, _ => 0 };
        if (voter.Voter.IsWitness)
            return null;
        if (major < 13)
            return string.Create(CultureInfo.InvariantCulture, $"{voter.Voter.Name} runs PostgreSQL {major}; coordination needs 13 or later");
        return s.Settings.Required > 0 && minor < least
            ? string.Create(CultureInfo.InvariantCulture, $"{voter.Voter.Name} runs PostgreSQL {major}.{minor}, where a commit just after a start may be acked without its synchronous standby; install {major}.{least} or later")
            : null;
    }

    private static string? Rights(VoterState voter) => voter.Record!.MissingPrivileges is { Count: > 0 } missing
        ? $"the control user (Failover.ControlUsername) lacks privileges on {voter.Voter.Name}; run there: {string.Join("; ", missing)}. docs/operations/roles.sql has them all"
        : null;

    private static string? Identity(List<VoterState> read)
    {
        var groups = read.Where(v => !v.Voter.IsWitness).GroupBy(v => v.Record!.SystemIdentifier).ToList();
        return groups.Count > 1
            ? $"the nodes belong to different clusters, by their system identifiers: {string.Join(" and ", groups.Select(g => $"{FailoverState.List(g)} ({g.Key})"))}; correct the hosts"
            : null;
    }

    private static string? Stored(VoterState voter, FailoverState s)
    {
        var record = voter.Record!;
        if (record.StoredVoters is { } stored && !stored.Order(StringComparer.Ordinal).SequenceEqual(s.Settings.Voters.Select(v => v.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal))
            return $"{voter.Voter.Name} has the voters {string.Join(", ", stored)} on record, but this instance is configured with {string.Join(", ", s.Settings.Voters.Select(v => v.Name))}; configure all instances alike";
        return record.StoredControlDatabase is { } database && database != s.Settings.ControlDatabase
            ? $"{voter.Voter.Name} has the control database {database} on record, but Failover.ControlDatabase is {s.Settings.ControlDatabase}; configure all instances alike"
            : null;
    }

    private static string? Safety(VoterState voter, FailoverState s)
    {
        var record = voter.Record!;
        if (voter.Voter.IsWitness)
            return null;
        if (record.UnsafeSettings.Count > 0)
            return $"on {voter.Voter.Name} an ack would prove nothing: {string.Join(", ", record.UnsafeSettings)}; correct the setting and reload";
        if (record.RestoreCommand.Length > 0)
            return $"{voter.Voter.Name} has restore_command = '{record.RestoreCommand}', through which WAL could still reach a standby that is cut off; empty it";
        if (record.InRecovery && (record.WalReceiverTimeout == TimeSpan.Zero || record.WalReceiverTimeout > s_longestReceiverTimeout))
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"{voter.Voter.Name} has wal_receiver_timeout = {record.WalReceiverTimeout.TotalSeconds:0.###} s, for which a frozen primary would count as alive; run there: ALTER SYSTEM SET wal_receiver_timeout = '2s'; SELECT pg_reload_conf()");
        }

        return record is { InRecovery: true, PrimaryConninfo.Length: > 0 } && s.Settings.Conninfo.Difference(voter.Voter.Name, record.PrimaryConninfo) is { } difference
            ? $"{voter.Voter.Name}: {difference}"
            : null;
    }

    /// <summary>The primary's synchronous standby names must be explicit, name configured standbys only, and demand the configured number.</summary>
    private static string? Names(VoterState voter, FailoverState s)
    {
        var record = voter.Record!;
        if (voter.Voter.IsWitness || record.InRecovery || SynchronousNames.IsPending(record.SynchronousNamesText) || SynchronousNames.IsClosed(record.SynchronousNamesText) || (s.Established is not null && s.Established.Primary != voter.Voter.Name))
            return null;
        if (s.Established is { } inForce && record.Register?.Term > inForce.Term)
            return null; // whatever a coordinator before has begun with is put right first
        if (s.Established is { Required: > 0 } term && term.Required != s.Settings.Required)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"term {term.Term} demands {term.Required} synchronous standbys, but Failover.RequiredSynchronousStandbys is {s.Settings.Required}; configure all instances as the term has it");
        }

        var others = s.Settings.DataNodes.Select(n => n.Name).Where(n => n != voter.Voter.Name).ToList();
        var wanted = (Required: s.Established?.Required ?? s.Settings.Required, Names: s.Established?.SynchronousStandbys ?? record.SynchronousNames?.Names ?? []);
        var remedy = wanted.Required == 0
            ? "ALTER SYSTEM SET synchronous_standby_names = ''"
            : $"ALTER SYSTEM SET synchronous_standby_names = '{SynchronousNames.Format(wanted.Required, wanted.Names.Count > 0 && wanted.Names.All(others.Contains) ? wanted.Names : others)}'";
        var matches = record.SynchronousNames is not { } names
            ? wanted.Required == 0
            : names.Required == wanted.Required && names.Names.All(others.Contains) && names.Names.Count >= names.Required
                && names.Names.Order(StringComparer.Ordinal).SequenceEqual(wanted.Names.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        return matches
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{voter.Voter.Name} has synchronous_standby_names = '{record.SynchronousNamesText}', which does not agree with Failover.RequiredSynchronousStandbys = {s.Settings.Required}{(s.Established is { } r ? $" and the record of term {r.Term}" : "")}; run there: {remedy}; SELECT pg_reload_conf()");
    }
}
