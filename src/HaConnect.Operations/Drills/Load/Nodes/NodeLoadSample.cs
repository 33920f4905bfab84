namespace HaConnect.Operations.Drills.Load;

/// <summary>What is known of a node at one moment.</summary>
internal sealed record NodeLoadSample(ServerLoadSample? Server, string? WhyNoServer, HostLoadSample? Host, TimeSpan HostAt, string? WhyNoHost)
{
    internal TimeSpan HostTook(NodeLoadSample before) => HostAt - before.HostAt;
}
