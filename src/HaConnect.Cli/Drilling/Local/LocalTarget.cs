using HaConnect.Operations;
using HaConnect.Operations.Drills;
using HaConnect.Operations.Drills.Reading;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.Cli.Drilling.Local;

/// <summary>Real servers of this machine, made for the drill and thrown away after it, and their coordinators.</summary>
internal sealed class LocalTarget : IDrillTarget
{
    private static readonly TimeSpan PatienceForAgent = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private const int Instances = 3;
    private const string Agent = "agent";
    private const string HasTerms = "SELECT pg_catalog.to_regclass('haconnect.term') IS NOT NULL";
    private const string IsManaged = "SELECT EXISTS (SELECT FROM haconnect.term WHERE established_lsn IS NOT NULL)";

    private readonly LocalPlan _plan;
    private readonly List<HaDataSource> _sources = [];
    private PostgresCluster _cluster = null!;
    private DrillNetwork? _network;
    private LocalAgent? _agent;

    private LocalTarget(LocalPlan plan) => _plan = plan;

    public bool IsLocal => true;

    public HaDatabaseOptions Options { get; private set; } = null!;

    public HaDataSource Database => _sources[0];

    public IReadOnlyList<DrillServer> Servers { get; private set; } = [];

    public string Fault => _plan.Fault.ToString().ToLowerInvariant();

    public IReadOnlyList<(string Name, string Value)> Facts =>
    [
        ("cluster", $"throw-away, on this machine: {string.Join(", ", _cluster.Nodes.Concat(_cluster.Witnesses).Select(n => n.Name))}{(_plan.HasSites ? "; site a: n1, n2 and the coordinator in office; site b: n3, n4 and the application; w1 at a third place" : "")}"),
        ("replication", _plan.IsAsynchronous ? "asynchronous" : _plan.HasSites ? "synchronous to one standby of the other site (ANY 1)" : "synchronous to one standby of two (ANY 1)"),
        ("coordinators", _plan.HasAgent ? "haconnect agent, a process of its own, in office until the fault; two data sources of the drill's process" : "three data sources of the drill's process, one of them the workload's"),
        ("network", _network is null ? "loopback" : "a network namespace for each server, on a bridge of their own"),
    ];

    public IReadOnlyList<string> NotProven =>
    [
        "that a cluster of yours does the same: this one was made for the drill, on one machine, with its own settings. Drill your staging cluster, too.",
        "how long a network between hosts, a disk that is shared with others or a load that is higher would make it.",
        .. _plan.Fault switch
        {
            LocalFault.Kill => (string[])["a loss of the host with what its operating system had not written yet: the processes were killed, the machine went on."],
            LocalFault.Freeze => ["that a frozen server may come back later: it was ended before it was brought back."],
            _ => [],
        },
        .. _plan.HasAgent ? [] : (string[])["the loss of the coordinator together with the primary (--with-coordinator)."],
    ];

    /// <summary>As an application that takes no part in coordination: who coordinates is told in the report.</summary>
    public IReadOnlyDictionary<string, string> CommandEnvironment =>
        new Dictionary<string, string>(SettingsVariables.Of(Options, "HaDatabase"), StringComparer.Ordinal) { ["HaDatabase__Failover__Mode"] = nameof(FailoverMode.Observe) };

    /// <exception cref="PostgresClusterException">PostgreSQL was not found, or did not start.</exception>
    internal static async Task<LocalTarget> StartAsync(LocalPlan plan, DrillTimeline timeline, AuditFile? audit, CancellationToken cancellationToken)
    {
        var target = new LocalTarget(plan);
        try
        {
            await target.StartServersAsync(cancellationToken);
            await target.StartCoordinatorsAsync(timeline, audit, cancellationToken);
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    public string Verifier(DrillServer server) =>
        new NpgsqlConnectionStringBuilder(server.Application) { Username = _cluster.Superuser.User, Password = _cluster.Superuser.Password }.ConnectionString;

    public IReadOnlyList<string> Struck(string primary) => _plan.Struck(primary);

    public string Tell(string primary)
    {
        var nodes = string.Join(" and ", Struck(primary)) + (_plan.HasSites ? ", the site of the primary," : ", the primary,");
        var what = _plan.Fault switch
        {
            LocalFault.Kill => $"SIGKILL to every process of {nodes}",
            LocalFault.Freeze => $"SIGSTOP to every process of {nodes}",
            _ => $"the network interface of {nodes} goes down",
        };
        return $"{what.TrimEnd(',')}{(_plan.HasAgent ? " and to the coordinator in office" : "")}";
    }

    public async Task StrikeAsync(string primary, CancellationToken cancellationToken)
    {
        var nodes = Struck(primary);
        if (_plan.Fault == LocalFault.Cut)
        {
            await _network!.CutAsync(_plan.HasAgent ? [.. nodes, Agent] : nodes);
            return;
        }

        _agent?.Strike(_plan.Fault);
        await Task.WhenAll(nodes.Select(n => _plan.Fault == LocalFault.Kill ? _cluster[n].KillAsync(cancellationToken) : _cluster[n].FreezeAsync(cancellationToken)));
    }

    public async Task<string> BringBackAsync(string node, CancellationToken cancellationToken)
    {
        if (_network is not null)
            await _network.MendAsync();
        var result = await _cluster.RejoinAsync(_cluster[node], cancellationToken);
        var method = result.Method switch
        {
            RejoinMethod.Start => "by a plain start",
            RejoinMethod.Rewind => "by pg_rewind",
            _ => "by a base backup",
        };
        return $"{method}: {result.Reason}";
    }

    public Task<SwitchoverResult> SwitchoverAsync(string? node, IProgress<string> progress, CancellationToken cancellationToken) =>
        Database.Cluster.OnBehalfOf("drill").SwitchoverAsync(node, new SwitchoverOptions { Progress = progress }, cancellationToken);

    /// <summary>Every coordinator that lives on is of this process, and tells by itself.</summary>
    public Task AddTimelineAsync(DrillTimeline timeline, DateTimeOffset since, DrillServer primary, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<string> LeaveAsync(string? primary, IReadOnlyList<string> notBack) =>
        Task.FromResult("The servers of this drill are ended and their folder is removed; there is nothing left to do.");

    public async ValueTask DisposeAsync()
    {
        foreach (var source in Enumerable.Reverse(_sources))
            await source.DisposeAsync();
        if (_agent is not null)
            await _agent.DisposeAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        if (_network is not null)
            await _network.DisposeAsync();
    }

    private async Task StartServersAsync(CancellationToken cancellationToken)
    {
        if (_plan.Fault == LocalFault.Cut)
            _network = await DrillNetwork.CreateAsync([.. _plan.Nodes, .. Enumerable.Range(1, _plan.Witnesses).Select(i => FormattableString.Invariant($"w{i}")), Agent], cancellationToken);
        _cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions
        {
            Standbys = _plan.Standbys,
            Witnesses = _plan.Witnesses,
            SynchronousStandbys = _plan.SynchronousNames is null ? _plan.RequiredSynchronousStandbys : 0,
            Network = _network,
        }, cancellationToken);
        Options = _plan.OptionsFor(_cluster);
        Servers = DrillServer.AllOf(Options);
        if (_plan.SynchronousNames is not { } names)
            return;
        await _cluster["n1"].ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = '{names}'", cancellationToken);
        await _cluster["n1"].ExecuteAsync("SELECT pg_catalog.pg_reload_conf()", cancellationToken);
    }

    private async Task StartCoordinatorsAsync(DrillTimeline timeline, AuditFile? audit, CancellationToken cancellationToken)
    {
        if (_plan.HasAgent)
        {
            _agent = LocalAgent.Start(Options, audit is null ? null : $"{audit.Folder}-agent", _network?.NamespaceOf(Agent));
            await UntilAgentIsInOfficeAsync(cancellationToken);
            timeline.Add("elected", FormattableString.Invariant($"haconnect agent, process {_agent.ProcessId}, is the coordinator"));
        }

        for (var i = _plan.HasAgent ? 1 : 0; i < Instances; i++)
        {
            var builder = new HaDataSourceBuilder(Options).AddAuditSink(timeline);
            if (audit is not null)
                builder.AddAuditSink(audit);
            _sources.Add(builder.Build());
            _sources[^1].Start();
        }
    }

    /// <summary>It is the first and the only one, so that it is in office once the term is established.</summary>
    private async Task UntilAgentIsInOfficeAsync(CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var startedAt = time.GetTimestamp();
        while (!(await _cluster["n1"].ScalarAsync<bool>(HasTerms, cancellationToken) && await _cluster["n1"].ScalarAsync<bool>(IsManaged, cancellationToken)))
        {
            if (_agent!.HasEnded || time.GetElapsedTime(startedAt) > PatienceForAgent)
                throw new PostgresClusterException("haconnect agent, which is to be the coordinator, did not establish a term.");
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
