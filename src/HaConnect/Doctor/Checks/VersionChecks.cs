using System.Globalization;

namespace HaConnect.Doctor;

/// <summary>Whether the nodes' versions go together, and are such as PostgreSQL's release notes tell to leave. Pure.</summary>
internal static class VersionChecks
{
    /// <summary>The last day of each major version (https://www.postgresql.org/support/versioning/), in days of the epoch.</summary>
    private static readonly Dictionary<int, (double Day, string Date)> s_ends = new()
    {
        [10] = (19306, "2022-11-10"),
        [11] = (19670, "2023-11-09"),
        [12] = (20048, "2024-11-21"),
        [13] = (20405, "2025-11-13"),
        [14] = (20769, "2026-11-12"),
        [15] = (21133, "2027-11-11"),
        [16] = (21497, "2028-11-09"),
        [17] = (21861, "2029-11-08"),
        [18] = (22232, "2030-11-14"),
    };

    internal static IEnumerable<ClusterFinding> Find(Examination seen) => Majors(seen).Concat(OlderStandbys(seen)).Concat(seen.Servers.SelectMany(s => Corrupting(s.Node, s.Server))).Concat(Ended(seen));

    private static IEnumerable<ClusterFinding> Majors(Examination seen)
    {
        var majors = seen.Servers.GroupBy(s => s.Server.VersionNumber / 10000).OrderBy(g => g.Key).ToList();
        if (majors.Count > 1)
        {
            yield return Diagnosis.Unsafe(FindingCodes.VersionsDiffer, null,
                $"the nodes run different major versions, of which none can stream from another: {string.Join(", ", majors.Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} on {string.Join(" and ", g.Select(s => s.Node))}")))}",
                Mend.ByHand("upgrade the others, and rebuild them from the primary"));
        }
    }

    /// <summary>Manual, "Log-Shipping Standby Servers", planning: update the standbys first, since a newer minor release is likelier to read what an older one has written.</summary>
    private static IEnumerable<ClusterFinding> OlderStandbys(Examination seen) =>
        from standby in seen.Servers
        where seen.Primary is { } primary && standby.Server.InRecovery && standby.Server.VersionNumber < primary.Server.VersionNumber && standby.Server.VersionNumber / 10000 == primary.Server.VersionNumber / 10000
        select Diagnosis.Warning(FindingCodes.StandbyOlder, standby.Node, $"{standby.Node} runs PostgreSQL {Text(standby.Server)}, older than the {Text(seen.Primary!.Value.Server)} of {seen.Primary!.Value.Node}: a standby may not understand the WAL of a newer minor release",
            Mend.ByHand($"install {Text(seen.Primary!.Value.Server)} or later on {standby.Node} and restart it; standbys first, the next time"));

    /// <summary>Release notes of 14.4: CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY could leave rows out of the index.</summary>
    private static IEnumerable<ClusterFinding> Corrupting(string node, ServerReading server)
    {
        if (server.VersionNumber is >= 140000 and < 140004)
        {
            yield return Diagnosis.Warning(FindingCodes.VersionCorruptsIndexes, node, $"{node} runs PostgreSQL {Text(server)}, where CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY can leave rows out of an index without a word (release notes of 14.4)",
                Mend.ByHand("install the latest 14 release, and rebuild the indexes that were made so, as the release notes of 14.4 say"));
        }
    }

    private static IEnumerable<ClusterFinding> Ended(Examination seen)
    {
        if (seen.Access is not { } access)
            yield break;
        foreach (var major in seen.Servers.Where(s => s_ends.TryGetValue(s.Server.VersionNumber / 10000, out var end) && access.Access.Now / 86400 >= end.Day + 1).GroupBy(s => s.Server.VersionNumber / 10000))
        {
            yield return Diagnosis.Warning(FindingCodes.VersionEnded, null, string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", major.Select(s => s.Node))} run PostgreSQL {major.Key}, which gets no more corrections since {s_ends[major.Key].Date}, of replication and of security neither"),
                Mend.ByHand("plan the upgrade to a later major version"));
        }
    }

    private static string Text(ServerReading server) => string.Create(CultureInfo.InvariantCulture, $"{server.VersionNumber / 10000}.{server.VersionNumber % 10000}");
}
