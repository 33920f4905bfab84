namespace HaConnect.Operations.Drills.Load;

/// <summary>Asks a node's server and, where one is configured, the exporter of its host.</summary>
internal sealed class NodeLoadReader(ServerLoadReader server, HostLoadReader? host, TimeProvider time) : IAsyncDisposable
{
    internal const string NoExporter = "no exporter is configured for its host (--exporter NODE=URL)";

    private readonly long _startedAt = time.GetTimestamp();

    internal string Node => server.Node;

    internal async Task<NodeLoadSample> ReadAsync(CancellationToken cancellationToken)
    {
        var asked = server.ReadAsync(cancellationToken);
        var (onHost, at, whyNoHost) = host is null ? (null, 0, NoExporter) : await host.ReadAsync(cancellationToken).ConfigureAwait(false);
        var (sample, whyNoServer) = await asked.ConfigureAwait(false);
        return new NodeLoadSample(sample, whyNoServer, onHost, onHost is null ? TimeSpan.Zero : time.GetElapsedTime(_startedAt, at), whyNoHost);
    }

    public async ValueTask DisposeAsync()
    {
        host?.Dispose();
        await server.DisposeAsync().ConfigureAwait(false);
    }
}
