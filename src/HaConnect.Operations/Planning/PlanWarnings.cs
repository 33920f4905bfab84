using System.Globalization;
using System.Net;
using HaConnect.Options;

namespace HaConnect.Operations.Planning;

/// <summary>What one should know of a description that can be built. Pure.</summary>
internal static class PlanWarnings
{
    internal static IReadOnlyList<PlanProblem> Of(PlanDescription plan) => [.. Votes(plan), .. Hosts(plan), .. Places(plan), .. Losses(plan), .. Time(plan), .. Reads(plan), .. Names(plan)];

    private static IEnumerable<PlanProblem> Votes(PlanDescription plan)
    {
        var voters = plan.Nodes.Count + plan.Witnesses.Count;
        if (voters < 3)
            yield return Warning("too-few-voters", Text($"There {(voters == 1 ? "is 1 voter" : $"are {voters} voters")}: when one is lost there is no majority, and no failover. Add a node, or a witness (--witness)."));
        else if (voters % 2 == 0)
            yield return Warning("even-voters", Text($"There are {voters} voters, of which {(voters / 2) + 1} are a majority: no more can be lost than of {voters - 1}. Add a witness, or take one away."));
    }

    private static IEnumerable<PlanProblem> Hosts(PlanDescription plan) =>
        from host in plan.Nodes.Concat(plan.Witnesses).GroupBy(n => n.Host, n => n.Name, StringComparer.OrdinalIgnoreCase)
        where host.Count() > 1 && !HostList.IsLocal(host.Key)
        select Warning("shared-host", $"{string.Join(" and ", host)} are on one host, {host.Key}: they are lost together, and count as several in a vote all the same. Give each node and witness a host of its own.");

    private static IEnumerable<PlanProblem> Places(PlanDescription plan)
    {
        var all = plan.Nodes.Concat(plan.Witnesses).ToList();
        var places = all.Where(n => n.Place is not null).GroupBy(n => n.Place!, StringComparer.Ordinal).ToList();
        if (places.Count == 1 && places[0].Count() == all.Count && all.Count > 1)
        {
            yield return Warning("one-place", $"Everything is in place {places[0].Key}: when that is lost, everything is. Put a standby, and a third voter, elsewhere.");
            yield break;
        }

        foreach (var place in places.Where(p => all.Count - p.Count() < (all.Count / 2) + 1))
            yield return Warning("no-majority-without-place", Text($"Without place {place.Key} ({string.Join(", ", place.Select(n => n.Name))}) {all.Count - place.Count()} of {all.Count} voters are left, and {(all.Count / 2) + 1} are a majority: no failover then. Three places with a voter each survive the loss of any one."));
    }

    private static IEnumerable<PlanProblem> Losses(PlanDescription plan)
    {
        var singles = LossTable.Of(plan).Where(l => l.Lost.Count == 1).ToList();
        if (singles[0] is { FailoverPossible: false } primary)
            yield return Warning("no-failover", $"When {plan.Primary.Name} is lost no failover is made ({primary.Failover["none: ".Length..]}).{(plan is { IsSynchronous: true, Nodes.Count: 2, DegradeAfterSeconds: null, Witnesses.Count: > 0 } ? " Give --degrade-after S to let the successor take writes alone, or add a third data node." : "")}");
        if (singles.Skip(1).Where(l => !l.WritesGoOn).Select(l => l.What).ToList() is { Count: > 0 } waits)
            yield return Warning("no-spare-standby", $"When {string.Join(" or ", waits)} is lost writes wait until it is back. Add a standby, or say after how long the primary may go on alone (--degrade-after).");
        if (plan.DegradeAfterSeconds is not null && plan.IsSynchronous)
            yield return Warning("one-copy", "With --degrade-after there are times in which one node alone has what is written: if its disk is lost then, so is that, although --rpo is 0 (docs/operations/degraded.md).");
        if (plan is { IsSynchronous: true, SynchronousStandbys.Count: > 3 })
            yield return Warning("many-synchronous", Text($"A failover has to reach every one of the {plan.SynchronousStandbys.Count} synchronous standbys, since each may be the only one with an acked write. Two or three are better: set \"synchronous\": false for the others in the file of the plan."));
    }

    private static IEnumerable<PlanProblem> Time(PlanDescription plan)
    {
        if (plan.RtoSeconds is not { } rto)
            yield break;
        if (!MeasuredFailover.Covers(plan))
            yield return Warning("rto-not-measured", Text($"--rto is {rto} s, and no failover of such a cluster was measured for it (measured: {MeasuredFailover.Conditions}). Measure yours."));
        else if (rto < MeasuredFailover.WorstOfAll)
            yield return Warning("rto-below-measured", Text($"--rto is {rto} s, and the longest failover that was measured took {MeasuredFailover.WorstOfAll:0.00} s ({MeasuredFailover.Conditions}): what bounds it are wal_receiver_timeout, 2 s, and Failover.LeaseDuration, 3 s. Allow for more, or measure yours."));
    }

    private static IEnumerable<PlanProblem> Reads(PlanDescription plan)
    {
        if (plan.ReadShare is not > 0)
            yield break;
        if (plan.Nodes.Count < 3)
            yield return Warning("reads-on-primary", Text($"--read-share is {plan.ReadShare}, and there {(plan.Nodes.Count == 1 ? "is no replica: all reads go" : "is one replica: without it all reads go")} to the primary. Add a replica, or let the primary have room for all of it."));
    }

    private static IEnumerable<PlanProblem> Names(PlanDescription plan)
    {
        var names = plan.Nodes.Concat(plan.Witnesses).Select(n => n.Host).Where(h => !HostList.IsLocal(h) && !IPAddress.TryParse(h.Trim('[', ']'), out _)).Distinct(StringComparer.Ordinal).ToList();
        if (names.Count > 0)
            yield return Warning("names-in-hba", $"pg_hba.conf names {string.Join(", ", names)}: a server lets a host in by its name only where looking its address up leads back to that name. Give addresses where it does not.");
        if (!plan.UsesTls && plan.Nodes.Any(n => !HostList.IsLocal(n.Host)))
            yield return Warning("no-tls", "Without TLS everything goes over the network in clear, replication with every row that is written. Leave tls out of the file of the plan, or set it to true.");
    }

    private static PlanProblem Warning(string code, string text) => new(code, IsRefusal: false, text);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
