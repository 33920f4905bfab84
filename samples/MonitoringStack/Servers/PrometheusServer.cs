using System.Globalization;
using System.Text.Json;

namespace MonitoringStack.Servers;

/// <summary>A real Prometheus at a free port of the loopback address, with a folder of its own that goes with it.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder;
    private readonly TiedProcess _process;
    private readonly HttpClient _client;

    private PrometheusServer(DirectoryInfo folder, TiedProcess process, Uri address) => (_folder, _process, Address, _client) = (folder, process, address, new HttpClient { BaseAddress = address });

    internal Uri Address { get; }

    internal string Output => _process.Output;

    /// <param name="rules">The file of rules.</param>
    /// <param name="jobs">By job, the addresses that are scraped: <c>127.0.0.1:8080</c>.</param>
    /// <param name="interval">Of scrapes and of rules, as Prometheus writes it: <c>1s</c>.</param>
    /// <param name="cancellationToken">Ends the wait for its start.</param>
    /// <exception cref="TimeoutException">It was not ready within a minute.</exception>
    internal static async Task<PrometheusServer> StartAsync(string rules, IReadOnlyDictionary<string, IReadOnlyList<string>> jobs, string interval, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("haconnect-prometheus-");
        var settings = Path.Combine(folder.FullName, "prometheus.yml");
        var scraped = jobs.Select(j => $$"""
              - job_name: {{j.Key}}
                static_configs:
                  - targets: [{{string.Join(", ", j.Value.Select(a => $"'{a}'"))}}]
            """);
        await File.WriteAllTextAsync(settings, $"""
            global:
              scrape_interval: {interval}
              scrape_timeout: {interval}
              evaluation_interval: {interval}
            rule_files:
              - '{Path.GetFullPath(rules)}'
            scrape_configs:
            {string.Join('\n', scraped)}
            """, cancellationToken);
        var process = TiedProcess.Start(MonitoringPrograms.Prometheus!,
            [$"--config.file={settings}", $"--storage.tsdb.path={Path.Combine(folder.FullName, "data")}", "--web.listen-address=127.0.0.1:0"], "msg=\"Listening on\" address=");
        try
        {
            var started = new PrometheusServer(folder, process, new Uri($"http://{await process.MarkedAsync(cancellationToken)}"));
            await started.UntilReadyAsync(cancellationToken);
            return started;
        }
        catch
        {
            await process.DisposeAsync();
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>What an expression is now: the labels and the value of each series.</summary>
    /// <exception cref="InvalidOperationException">Prometheus refuses it.</exception>
    internal async Task<IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, double Value)>> QueryAsync(string expression, CancellationToken cancellationToken)
    {
        var data = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(expression)}", expression, cancellationToken);
        return
        [
            .. data.GetProperty("result").EnumerateArray().Select(r => (
                (IReadOnlyDictionary<string, string>)r.GetProperty("metric").EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString()!, StringComparer.Ordinal),
                double.Parse(r.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture))),
        ];
    }

    /// <summary>Whether an expression has a value, a number, at any second of a time.</summary>
    /// <exception cref="InvalidOperationException">Prometheus refuses it.</exception>
    internal async Task<bool> HasValuesAsync(string expression, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/api/v1/query_range?query={Uri.EscapeDataString(expression)}&start={from.ToUnixTimeSeconds()}&end={to.ToUnixTimeSeconds()}&step=1");
        var data = await GetAsync(path, expression, cancellationToken);
        return data.GetProperty("result").EnumerateArray().Any(s => s.GetProperty("values").EnumerateArray().Any(v => v[1].GetString() != "NaN"));
    }

    /// <summary>The names and labels of the alerts that fire now.</summary>
    internal async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> FiringAsync(CancellationToken cancellationToken)
    {
        var data = await GetAsync("/api/v1/alerts", "the alerts", cancellationToken);
        return
        [
            .. data.GetProperty("alerts").EnumerateArray().Where(a => a.GetProperty("state").GetString() == "firing")
                .Select(a => a.GetProperty("labels").EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString()!, StringComparer.Ordinal)),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>It listens before it has read its own log, and answers 503 until then.</summary>
    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var answer = await _client.GetAsync(new Uri("/-/ready", UriKind.Relative), cancellationToken);
            if (answer.IsSuccessStatusCode)
                return;
            if (TimeProvider.System.GetElapsedTime(since) > s_patience)
                throw new TimeoutException($"Prometheus is not ready after {s_patience.TotalSeconds:0} s:\n{Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }
    }

    private async Task<JsonElement> GetAsync(string path, string what, CancellationToken cancellationToken)
    {
        using var answer = await _client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        return document.RootElement.GetProperty("status").GetString() == "success"
            ? document.RootElement.GetProperty("data").Clone()
            : throw new InvalidOperationException($"Prometheus refuses {what}: {document.RootElement}");
    }
}
