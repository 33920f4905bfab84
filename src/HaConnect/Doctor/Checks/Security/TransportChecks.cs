namespace HaConnect.Doctor;

/// <summary>
/// Whether what goes over a network is encrypted. Connections from the server's own host, by loopback or a socket, are on no network. Judged by the
/// connections that there are, and not by what the files would allow. Pure.
/// </summary>
internal static class TransportChecks
{
    internal static IEnumerable<ClusterFinding> Find(Examination seen) => seen.Running.SelectMany(n => Clients(n.Node, n.State).Concat(Senders(n.Node, n.State)));

    private static IEnumerable<ClusterFinding> Clients(string node, StateReading state)
    {
        if (state.ClearClients.Count > 0)
        {
            yield return Diagnosis.Warning(FindingCodes.ClientWithoutTls, node,
                $"{state.ClearClients.Sum(c => c.Count)} connections of clients to {node} are not encrypted ({List(state.ClearClients.Select(c => $"{c.User} from {c.Address}"))}): whoever is on the way reads and changes what they say",
                Mend.ByHand("give the server a certificate and set ssl = on, set SSL Mode=VerifyFull in the connection string, and write hostssl for host in pg_hba.conf"));
        }
    }

    private static IEnumerable<ClusterFinding> Senders(string node, StateReading state)
    {
        var clear = state.Senders.Where(s => !s.IsLocal && !s.IsEncrypted).ToList();
        if (state.SeesStatistics && clear.Count > 0)
        {
            yield return Diagnosis.Warning(FindingCodes.ReplicationWithoutTls, node,
                $"replication from {node} is not encrypted ({List(clear.Select(s => $"{s.Name} at {s.Address}"))}): it carries every row that is written",
                Mend.ByHand("give the server a certificate and set ssl = on; set Failover.Replication.SslMode = verify-full, and sslmode=verify-full in primary_conninfo of each standby; and write hostssl for host in pg_hba.conf"));
        }
    }

    private static string List(IEnumerable<string> of) => string.Join(", ", of.Distinct(StringComparer.Ordinal).Take(5));
}
