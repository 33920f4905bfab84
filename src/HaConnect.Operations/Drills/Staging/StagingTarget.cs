using System.Globalization;
using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Running;
using HaConnect.Options;
using Npgsql;

namespace HaConnect.Operations.Drills.Staging;

/// <summary>
/// A cluster that runs elsewhere and is coordinated by others: what is done to its servers is done by the user's own commands. The drill's own instance may ask for a switchover, and hands coordination
/// over before it begins, so that the failover is the work of the instances that are to be proven.
/// </summary>
internal sealed class StagingTarget : IDrillTarget
{
    private const string Recorded = "SELECT a.at, a.step, a.sentence FROM haconnect.audit a WHERE a.at >= $1 AND a.cluster = $2 ORDER BY a.id";

    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    /// <summary>A fault command is not waited for longer, so that the cluster does not stay broken.</summary>
    private static readonly TimeSpan BeyondTarget = TimeSpan.FromSeconds(30);

    private readonly DrillOptions _options;
    private readonly TimeProvider _time;
    private string _coordinator = "";

    internal StagingTarget(HaDatabaseOptions cluster, DrillOptions options, TimeProvider time)
    {
        (Options, _options, _time) = (cluster, options, time);
        Servers = DrillServer.AllOf(cluster);
        var builder = new HaDataSourceBuilder(cluster).UseTimeProvider(time);
        if (options.Audit is { } audit)
            builder.AddAuditSink(audit);
        Database = builder.Build();
    }

    public bool IsLocal => false;

    public HaDatabaseOptions Options { get; }

    public HaDataSource Database { get; }

    public IReadOnlyList<DrillServer> Servers { get; }

    public string Fault => _options.Kind == DrillKind.Switchover ? "asked for" : "command";

    public IReadOnlyList<(string Name, string Value)> Facts =>
    [
        ("cluster", $"{Options.ClusterName} ({Options.Environment ?? _options.Environment}): {string.Join(", ", Servers.Select(s => $"{s.Name} = {ConfiguredNode.NameOf(s.Host, s.Port)}"))}"),
        ("coordinator", _coordinator),
        ("fault command", _options.FaultCommand ?? "none"),
        ("restore command", _options.RestoreCommand ?? "none"),
    ];

    public IReadOnlyList<string> NotProven =>
    [
        "what the application does meanwhile, unless it was the workload: the writes are the drill's own.",
        .. _options.Kind == DrillKind.Switchover ? [] : (string[])["how long the fault itself takes to come about: the time runs from the start of the fault command, so that the way to the host is part of every figure."],
        "any other fault than this one, any other node, and a load that is higher.",
    ];

    public IReadOnlyDictionary<string, string> CommandEnvironment => new Dictionary<string, string>(StringComparer.Ordinal) { ["HACONNECT_CLUSTER"] = Options.ClusterName };

    public string Verifier(DrillServer server) => server.Application;

    public IReadOnlyList<string> Struck(string primary) => _options.Kind == DrillKind.Disaster ? [primary, .. _options.SiteNodes.Where(n => n != primary)] : [primary];

    public string Tell(string primary) => $"{string.Join(" and ", Struck(primary))} {(Struck(primary).Count == 1 ? "is" : "are")} struck by the fault command";

    /// <summary>Looks who coordinates, and whether anybody says that this is production.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        Database.Start();
        await Database.HandOverAsync().ConfigureAwait(false);
        if (await Wholeness.UntilAsync(Database, null, TimeSpan.FromSeconds(30), _time, cancellationToken).ConfigureAwait(false) is { } problem)
            throw new DrillRefusedException($"The cluster is not whole, and a drill would make it worse: {problem}. Mend that first (haconnect status, haconnect doctor).");
        var primary = Servers.First(s => s.Name == Database.Snapshot.Primary!.Name);
        StagingRules.RequireSite(_options.Kind, primary.Name, Struck(primary.Name));
        if (StagingRules.Statement(await TrailStatements.ReadAsync(primary, Options.ClusterName, cancellationToken).ConfigureAwait(false)) is { } statement)
            throw new DrillRefusedException(statement);
        var coordinator = await new ClusterChecks(Database, Options).RunAsync("coordinator", cancellationToken: cancellationToken).ConfigureAwait(false);
        if (coordinator.State != CheckState.Ok)
            throw new DrillRefusedException($"Nobody would fail over now: {coordinator.Text}");
        _coordinator = coordinator.Text;
    }

    public async Task StrikeAsync(string primary, CancellationToken cancellationToken)
    {
        if (await ShellCommand.RunAsync(_options.FaultCommand!, EnvironmentOf(primary), LongestFault + BeyondTarget, _time, cancellationToken).ConfigureAwait(false) is { } problem)
            throw new InvalidOperationException(problem);
    }

    public async Task<string> BringBackAsync(string node, CancellationToken cancellationToken)
    {
        var problem = await ShellCommand.RunAsync(_options.RestoreCommand!, EnvironmentOf(node), _options.RestoreTimeout, _time, cancellationToken).ConfigureAwait(false);
        return problem is null ? "by the restore command" : throw new InvalidOperationException(problem);
    }

    public Task<SwitchoverResult> SwitchoverAsync(string? node, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var cluster = _options.By is { } by ? Database.Cluster.OnBehalfOf(by) : Database.Cluster;
        return cluster.SwitchoverAsync(node, new SwitchoverOptions { Progress = progress }, cancellationToken);
    }

    /// <summary>By the wall clocks of both, of which NTP is trusted; in the report that is said.</summary>
    public async Task AddTimelineAsync(DrillTimeline timeline, DateTimeOffset since, DrillServer primary, CancellationToken cancellationToken)
    {
        var (wall, now) = (_time.GetUtcNow(), _time.GetTimestamp());
        var connection = new NpgsqlConnection(primary.Control);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var command = new NpgsqlCommand(Recorded, connection) { Parameters = { new() { Value = since.UtcDateTime }, new() { Value = Options.ClusterName } } };
            await using (command.ConfigureAwait(false))
            {
                var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (rows.ConfigureAwait(false))
                {
                    while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                        timeline.Add(now - (long)((wall - rows.GetFieldValue<DateTimeOffset>(0)).TotalSeconds * _time.TimestampFrequency), rows.GetString(1), rows.GetString(2));
                }
            }
        }
    }

    public Task<string> LeaveAsync(string? primary, IReadOnlyList<string> notBack) => Task.FromResult(Left(primary, notBack, primary is null ? null : Wholeness.Problem(Database.Snapshot, primary)));

    /// <summary>How the cluster is left. Pure.</summary>
    /// <param name="primary">Its primary; null where there is none.</param>
    /// <param name="notBack">What is left to do.</param>
    /// <param name="problem">What keeps it from being whole; null where it is.</param>
    internal static string Left(string? primary, IReadOnlyList<string> notBack, string? problem) => (primary, notBack.Count, problem) switch
    {
        (null, 0, _) => "The cluster has no primary; look at it (haconnect status).",
        ({ } name, 0, null) => $"The cluster is whole, and {name} is its primary.",
        ({ } name, 0, { } what) => $"The primary is {name}, and the cluster is not whole: {what}. Look at it (haconnect status).",
        _ => $"The primary is {primary ?? "not known"}. Left to do: bring back {string.Join(", ", notBack)} (haconnect rejoin, on its host), then look (haconnect status).",
    };

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private TimeSpan LongestFault => _options.TargetRecovery < OneDay ? _options.TargetRecovery : OneDay;

    private Dictionary<string, string> EnvironmentOf(string node)
    {
        var server = Servers.First(s => s.Name == node);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HACONNECT_CLUSTER"] = Options.ClusterName,
            ["HACONNECT_NODE"] = server.Name,
            ["HACONNECT_HOST"] = server.Host,
            ["HACONNECT_PORT"] = server.Port.ToString(CultureInfo.InvariantCulture),
            ["HACONNECT_SITE_NODES"] = string.Join(' ', Struck(node)),
        };
    }
}
