using HaConnect.Diagnostics;

namespace HaConnect.Operations;

/// <summary>The meter of what is done beside an application: verifications, drills, backups, servers.</summary>
internal static class OperationsMeter
{
    internal const string Name = HaMetrics.OperationsMeterName;

    /// <summary>Of every metric.</summary>
    internal const string Cluster = "haconnect.cluster";
}
