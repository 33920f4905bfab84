using System.Text.Json;
using HaConnect.Cli.Output;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Cli;

/// <summary>What a run of the tool came to.</summary>
internal sealed record ToolRun(int Code, string Output, string Error, TimeSpan Took)
{
    internal JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Within this process, as if its output were redirected.</summary>
    internal static async Task<ToolRun> InProcessAsync(FileInfo settings, params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var startedAt = TimeProvider.System.GetTimestamp();
        var code = await HaConnect.Cli.Tool.RunAsync([.. arguments, "--config", settings.FullName], Terminal.To(output, error), TestContext.Current.CancellationToken);
        return new ToolRun(code, output.ToString(), error.ToString(), TimeProvider.System.GetElapsedTime(startedAt));
    }

    /// <summary>The settings of an application of the cluster, for <c>--config</c>.</summary>
    internal static FileInfo SettingsOf(PostgresCluster cluster, DirectoryInfo folder, Action<HaDatabaseOptions>? change = null)
    {
        var options = ClusterOptions.Coordinate(cluster);
        change?.Invoke(options);
        var file = new FileInfo(Path.Combine(folder.FullName, $"{Guid.NewGuid()}.json"));
        File.WriteAllText(file.FullName, JsonSerializer.Serialize(new
        {
            HaDatabase = new
            {
                options.ConnectionString,
                Nodes = options.Nodes.Select(n => new { n.Name, n.Host, n.Port }),
                Routing = new { MaxReplicaLag = "00:00:01" },
                Failover = new
                {
                    Mode = options.Failover.Mode.ToString(),
                    options.Failover.ControlUsername,
                    options.Failover.ControlPassword,
                    Witnesses = options.Failover.Witnesses.Select(w => new { w.Name, w.Host, w.Port }),
                    Replication = new { options.Failover.Replication.Username, options.Failover.Replication.Password, options.Failover.Replication.PassFile },
                },
            },
        }));
        return file;
    }

    public override string ToString() => $"{Code} after {Took.TotalSeconds:0.0} s\n{Output}\n{Error}";
}
