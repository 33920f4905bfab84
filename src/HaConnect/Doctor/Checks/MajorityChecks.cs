using System.Globalization;

namespace HaConnect.Doctor;

/// <summary>What an instance would do, or does, that sees too few voters: Failover.WithoutMajority. Pure.</summary>
internal static class MajorityChecks
{
    internal static IEnumerable<ClusterFinding> Find(Examination seen)
    {
        if (!seen.Coordinates)
            yield break; // the witnesses were not asked, and whether anybody coordinates is not known
        var refuses = seen.WithoutMajority.Writes == WithoutMajorityAccess.Refuse;
        if (!refuses && seen.Settings.Required == 0)
        {
            yield return Diagnosis.Warning(FindingCodes.AllowsWithoutMajority, null,
                "replication is asynchronous, and Failover.WithoutMajority.Writes is Allow: an instance that is cut off together with an old primary goes on getting acks for what the failover loses",
                Mend.ByHand("set Failover.WithoutMajority.Writes = Refuse"));
        }

        var missing = seen.Nodes.Where(n => n.Failure is { ProvesServer: false }).Select(n => n.Node).ToList();
        if (refuses && missing.Count > seen.Nodes.Count / 2)
        {
            yield return Diagnosis.Warning(FindingCodes.MajorityAway, null,
                string.Create(CultureInfo.InvariantCulture, $"only {seen.Nodes.Count - missing.Count} of {seen.Nodes.Count} voters answered: an instance that sees no more of them refuses new writes after {seen.WithoutMajority.Timeout} (Failover.WithoutMajority.Timeout)"),
                Mend.ByHand($"bring {string.Join(" or ", missing)} within reach"));
        }
    }
}
