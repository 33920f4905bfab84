namespace HaConnect.Operations.Drills.Load;

/// <summary>Asks the node_exporter of a host.</summary>
internal sealed class HostLoadReader(Uri exporter, TimeProvider time) : IDisposable
{
    private const int MostBytes = 16 << 20;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);
    private readonly HttpClient _client = new() { Timeout = s_timeout, MaxResponseContentBufferSize = MostBytes };

    internal async Task<(HostLoadSample? Sample, long At, string? WhyNot)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var text = await _client.GetStringAsync(exporter, cancellationToken).ConfigureAwait(false);
            var sample = HostLoadSample.Of(text);
            return (sample, time.GetTimestamp(), sample is null ? $"{exporter} has no node_cpu_seconds_total: it is no node_exporter's" : null);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, 0, $"{exporter}: {e.Message}");
        }
    }

    public void Dispose() => _client.Dispose();
}
