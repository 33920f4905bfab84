using System.Text;
using HaConnect.Diagnostics;
using HaConnect.Options;
using HaConnect.Probing;
using HaConnect.Scenarios.Format;
using HaConnect.Topology;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Scenarios.Running;

/// <summary>An instance of the library that takes in what a scenario says instead of probing; nothing else of it is replaced.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly HaRuntime _runtime;
    private readonly MajorityDeadline _deadline;
    private readonly FakeLogger _logger = new();
    private readonly IReadOnlyDictionary<long, TermGiven> _terms;
    private readonly List<string> _witnesses;
    private int _watched;

    internal Cluster(Scenario scenario)
    {
        Options = OptionsOf(scenario);
        _terms = scenario.Terms;
        _witnesses = [.. ConfiguredNode.WitnessesOf(Options).Select(w => w.Name)];
        _runtime = new HaRuntime(Options, new HaExtensions(), NullLoggerFactory.Instance, _clock);
        _deadline = new MajorityDeadline(_runtime.State, _clock, NullLogger.Instance);
        _runtime.State.Published += (before, after) =>
        {
            TopologyLog.Write(_logger, before, after);
            _watched += TopologyWatch.Differs(before, after) ? 1 : 0;
        };
    }

    internal HaDatabaseOptions Options { get; }

    internal ClusterSnapshot Snapshot => _runtime.State.Current;

    internal IReadOnlyList<NodeFacts> Facts => _runtime.State.Facts;

    internal Connections.ConnectionOpener Opener => _runtime.Opener;

    internal Node this[string name] => Snapshot[name]?.Node ?? throw new ArgumentException($"no node is named '{name}'", nameof(name));

    internal void Take(Step step)
    {
        if (step.After is { } time)
            _clock.Advance(time);
        foreach (var (node, count) in step.InUse ?? new Dictionary<string, int>())
        {
            for (var i = 0; i < count; i++)
                this[node].Load.Increment(isWrite: false);
        }

        if (step.Observe is not { Count: > 0 } answers)
            return;
        var sentAt = _clock.GetTimestamp();
        _clock.Advance(answers.Values.Max(a => a.Latency));
        foreach (var (name, answer) in answers)
            Apply(name, answer, sentAt);
    }

    /// <summary>Each as the event's name, a colon and the message; they are told once.</summary>
    internal List<string> TakeLog() => [.. _logger.Collector.GetSnapshot(clear: true).Select(r => $"{r.Id.Name}: {r.Message}")];

    /// <summary>How many snapshots a watcher got since it was last asked.</summary>
    internal int TakeWatched() => Interlocked.Exchange(ref _watched, 0);

    public async ValueTask DisposeAsync()
    {
        _deadline.Dispose();
        await _runtime.DisposeAsync();
    }

    internal static HaDatabaseOptions OptionsOf(Scenario scenario)
    {
        var options = new HaDatabaseOptions { ConnectionString = "Username=app;Database=app" };
        options.Failover.ControlUsername = "control";
        options.Failover.Replication.Username = "replication";
        foreach (var node in scenario.Nodes)
        {
            var parts = node.Split(" in ");
            options.Nodes.Add(new HaNodeOptions { Name = parts[0], Host = parts[0], Zone = parts.ElementAtOrDefault(1) });
        }

        if (scenario.Options is { } section)
        {
            using var json = new MemoryStream(Encoding.UTF8.GetBytes(section.GetRawText()));
            new ConfigurationBuilder().AddJsonStream(json).Build().Bind(options, o => o.ErrorOnUnknownConfiguration = true);
        }

        return options;
    }

    private void Apply(string name, Answer answer, long sentAt)
    {
        var failure = answer.Fails is { } fails ? ErrorClassifier.Classify(ProbeErrors.Of(fails)) : null;
        if (_witnesses.IndexOf(name) is >= 0 and var witness)
        {
            _runtime.State.Apply(new WitnessObservation(witness, sentAt, ServerStates.Register(answer), failure));
            return;
        }

        var receivedAt = sentAt + (answer.Latency.Ticks * _clock.TimestampFrequency / TimeSpan.TicksPerSecond);
        var node = this[name];
        _runtime.State.Apply(failure is not null
            ? NodeObservation.Failed(node, sentAt, receivedAt, failure)
            : NodeObservation.Answered(node, sentAt, receivedAt, ServerStates.Of(answer, node.Index, _terms)));
    }
}
