using System.Text;

namespace HaConnect.Failover;

/// <summary>The advisory lock of a cluster, in the two-integer form: a class of HaConnect's own, and a hash of the cluster's name.</summary>
internal static class LockKey
{
    /// <summary>"HaCo" in ASCII.</summary>
    internal const int Class = 0x4861436F;

    /// <summary>FNV-1a, since string.GetHashCode differs from process to process.</summary>
    internal static int ObjectOf(string clusterName)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(clusterName))
            hash = (hash ^ b) * 16777619u;
        return (int)hash;
    }
}
