namespace HaConnect.Failover.Manual;

/// <summary>What cannot be taken back asks for the cluster's name.</summary>
internal static class Confirmation
{
    /// <exception cref="ArgumentException">It is not the name of this cluster.</exception>
    internal static void Require(HaDatabaseOptions options, string clusterName)
    {
        if (clusterName != options.ClusterName)
            throw new ArgumentException($"'{clusterName}' is not the name of this cluster, which is to be given as a confirmation. ClusterName has it.", nameof(clusterName));
    }
}
