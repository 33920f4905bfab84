using HaConnect.AspNetCore;
using HaConnect.Testing;

namespace HaConnect.WebTests.Lab;

internal sealed record WebServiceOptions(PostgresCluster Cluster, string KeyFolder)
{
    /// <summary>Of the section <c>HaDatabase</c>, beside what the cluster needs: <c>Routing__MaxReplicaLag</c>, say.</summary>
    internal Dictionary<string, string> Settings { get; init; } = [];

    /// <summary>The service that <c>/via</c> passes on to.</summary>
    internal Uri? Other { get; init; }

    internal Action<HaConsistencyOptions>? ConfigureConsistency { get; init; }

    internal Action<HaDatabaseHealthOptions>? ConfigureHealth { get; init; }
}
