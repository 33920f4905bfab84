using System.Globalization;
using HaConnect.ClusterTests.Network;
using HaConnect.Failover;
using HaConnect.Histories;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Lab;

/// <summary>
/// Real servers, coordinators and clients, each a process, where asked for in networks of their own, and the history of what the clients
/// were told. The test itself reaches servers past all of that.
/// </summary>
internal sealed class FailoverLab : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly LabOptions _options;
    private string _folder = "";
    private HistoryRecorder _history = null!;
    private readonly List<ApplicationProcess> _coordinators = [];
    private readonly List<ApplicationProcess> _ended = [];
    private readonly List<ApplicationProcess> _links = [];
    private bool _isEnded;

    internal FailoverLab(LabOptions options) => _options = options;

    internal PostgresCluster Cluster { get; private set; } = null!;

    /// <summary>Only where asked for.</summary>
    internal NetworkLab Network { get; private set; } = null!;

    /// <summary>Only where asked for.</summary>
    internal SmallDisk Disk { get; private set; } = null!;

    /// <summary>At the places a1, a2, …</summary>
    internal IReadOnlyList<ApplicationProcess> Coordinators => _coordinators;

    /// <summary>At the place c1.</summary>
    internal WorkloadProcess Workload { get; private set; } = null!;

    /// <summary>At the place c2, only where asked for.</summary>
    internal WorkloadProcess? SecondWorkload { get; private set; }

    /// <summary>What all coordinators told, those that are gone included.</summary>
    internal IEnumerable<AuditRecord> Audit => _ended.Concat(_coordinators).SelectMany(c => c.Audit).OrderBy(r => r.At);

    internal int Promotions => Audit.Count(r => r.Sentence.StartsWith("promoted:", StringComparison.Ordinal));

    internal IEnumerable<string> HistoryFiles => _folder.Length == 0 ? [] : Directory.EnumerateFiles(_folder).Order(StringComparer.Ordinal);

    /// <summary>The place of a coordinator in the network.</summary>
    internal string PlaceOf(ApplicationProcess coordinator) => string.Create(CultureInfo.InvariantCulture, $"a{1 + _coordinators.IndexOf(coordinator)}");

    /// <summary>The one coordinator that holds the office, waited for.</summary>
    internal async Task<ApplicationProcess> CoordinatorAsync()
    {
        await UntilAsync("one coordinator", () => Task.FromResult(_coordinators.Count(c => c.IsCoordinator) == 1));
        return _coordinators.First(c => c.IsCoordinator);
    }

    /// <summary>The newest established term and its primary.</summary>
    internal async Task<(long Term, PostgresNode Primary)> PrimaryAsync(long above = 0, PostgresNode? otherThan = null)
    {
        (long, PostgresNode)? found = null;
        await UntilAsync($"a term above {above} with a primary", async () =>
        {
            var views = await ClusterStatus.ReadAsync(Cluster);
            var newest = views.Where(v => v.Term > above).MaxBy(v => v.Term);
            if (newest is not null && views.FirstOrDefault(v => v.Node.Name == newest.Primary && !v.InRecovery) is { } primary && primary.Node != otherThan)
                found = (newest.Term, primary.Node);
            return found is not null;
        });
        return found!.Value;
    }

    internal async Task UntilAckedAsync(int more)
    {
        var enough = Workload.AckedWrites.Count() + more;
        await UntilAsync($"{more} further acked writes", () => Task.FromResult(Workload.AckedWrites.Count() >= enough));
    }

    /// <summary>In good order, so that none of them writes to any server any more.</summary>
    internal Task StopCoordinatorsAsync() => Task.WhenAll(_coordinators.Select(c => c.StopAsync()));

    /// <summary>Before it is made, so that every delay counts.</summary>
    internal void FaultBegins(string name, PostgresNode? node = null) => _history.Add(new FaultBegan { At = HistoryRecorder.Now, Name = name, Node = node?.Name });

    internal void FaultEnds(string name, PostgresNode? node = null) => _history.Add(new FaultMended { At = HistoryRecorder.Now, Name = name, Node = node?.Name });

    /// <summary>Starts a coordinator in the place of one that has ended.</summary>
    internal void Replace(ApplicationProcess ended)
    {
        var index = _coordinators.IndexOf(ended);
        _ended.Add(ended);
        _coordinators[index] = StartCoordinator(index);
    }

    /// <summary>Has the coordinator that tells a sentence next kill or freeze itself: <c>kill:cut off</c>, <c>stop+20:is furthest</c>.</summary>
    internal void Arm(string how) => File.WriteAllText(DieAtFile, how);

    /// <summary>Waits for that, and says who it was: the loss of the primary can have cost the office, and another one fails over.</summary>
    internal async Task<ApplicationProcess> UntilHitAsync()
    {
        await UntilAsync($"the end or standstill of a coordinator, to come {(File.Exists(DieAtFile) ? "and not begun" : "by itself")}", () => Task.FromResult(_coordinators.Exists(c => !c.IsRunning || c.StandsStill)));
        return _coordinators.First(c => !c.IsRunning || c.StandsStill);
    }

    /// <summary>Has the coordinator that tells a sentence next pause before what it announces, until <see cref="LetGo"/>.</summary>
    internal void PauseAt(string sentence) => Arm("wait:" + sentence);

    /// <summary>Whether a coordinator stands there.</summary>
    internal bool IsPaused => File.Exists(PausedFile);

    internal void LetGo() => File.Delete(PausedFile);

    /// <summary>Nobody is to die or to pause any more.</summary>
    internal void Disarm() => File.Delete(DieAtFile);

    /// <summary>
    /// Whether a client that goes to a server past HaConnect has a write acked there before long. The write changes nothing that is judged.
    /// </summary>
    internal async Task<bool> IsAckedDirectlyAsync(PostgresNode node)
    {
        await using var source = NpgsqlDataSource.Create(Cluster.NodeConnectionString(node) + ";Pooling=false;Command Timeout=0;Cancellation Timeout=-1");
        var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var writing = WriteAsync();
        var first = await Task.WhenAny(writing, Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, TestContext.Current.CancellationToken));
        return first == writing && await writing;

        async Task<bool> WriteAsync()
        {
            try
            {
                await using var command = new NpgsqlCommand("UPDATE accounts SET balance = balance WHERE id = 1", connection);
                await command.ExecuteNonQueryAsync();
                return true;
            }
            catch (NpgsqlException)
            {
                return false; // refused, or ended later, when the server is
            }
        }
    }

    /// <summary>Something has to stay as it is for a while.</summary>
    internal static async Task StaysAsync(string what, Func<bool> condition, TimeSpan duration)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < duration)
        {
            Assert.True(condition(), $"{what}: no longer after {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Makes a node's link bad, both ways; 0 and 0 makes it good again.</summary>
    internal async Task SetLinksAsync(int delayMs, int lossPercent)
    {
        foreach (var link in _links)
            await link.SayAsync(string.Create(CultureInfo.InvariantCulture, $"{delayMs} {lossPercent}"));
    }

    /// <summary>
    /// Ends the clients, waits until the standbys hold what the primary holds, reads every server and judges.
    /// </summary>
    /// <param name="apart">Nodes that are no part of the cluster any more.</param>
    internal async Task<Judgement> JudgeAsync(params PostgresNode[] apart)
    {
        await Task.WhenAll(Workload.StopAsync(), SecondWorkload?.StopAsync() ?? Task.CompletedTask);
        var primary = (await PrimaryAsync()).Primary;
        var main = await FinalReader.ReadAsync(Cluster, primary, FinalRole.Primary);
        _history.Add(main);
        foreach (var node in Cluster.Nodes.Where(n => n != primary && n is { IsRunning: true, IsFrozen: false }))
        {
            var role = apart.Contains(node) ? FinalRole.Apart : FinalRole.Standby;
            var start = HistoryRecorder.Now;
            FinalRead read;
            while (HoldsOther(read = await FinalReader.ReadAsync(Cluster, node, role), main) && role == FinalRole.Standby && HistoryRecorder.Now - start < 20_000_000_000)
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            _history.Add(read);
        }

        var judgement = HistoryJudge.Judge(HistoryFormat.ReadFiles(HistoryFiles));
        TestContext.Current.TestOutputHelper?.WriteLine(judgement.ToString());
        LabReport.Save(this, judgement);
        return judgement;
    }

    internal static async Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan? timeout = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < (timeout ?? Patience), $"{what} did not come true within {(timeout ?? Patience).TotalSeconds:0.#} s");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isEnded)
            return;
        _isEnded = true;
        if (TestContext.Current.TestState?.Result == TestResult.Failed && Cluster is not null)
            await LabReport.AttachAsync(this);
        foreach (var process in _links.Concat(_coordinators).Concat(_ended))
            await process.DisposeAsync();
        if (Workload is not null)
            await Workload.DisposeAsync();
        if (SecondWorkload is not null)
            await SecondWorkload.DisposeAsync();
        _history?.Dispose();
        if (Disk is not null)
            await Disk.DisposeAsync();
        if (Cluster is not null)
            await Cluster.DisposeAsync();
        if (Network is not null)
            await Network.DisposeAsync();
    }

    private static bool HoldsOther(FinalRead read, FinalRead main) => !read.Rows.OrderBy(r => r.Key, StringComparer.Ordinal).SequenceEqual(main.Rows.OrderBy(r => r.Key, StringComparer.Ordinal));

    internal async Task StartAsync()
    {
        if (_options.HasNetwork)
        {
            Assert.SkipWhen(NetworkLab.WhyNot is not null, NetworkLab.WhyNot ?? "");
            List<string> nodes = [.. Enumerable.Range(1, 1 + _options.Cluster.Standbys).Select(i => $"n{i}"), .. Enumerable.Range(1, _options.Cluster.Witnesses).Select(i => $"w{i}")];
            Network = await NetworkLab.CreateAsync([.. nodes, .. Enumerable.Range(1, _options.Coordinators).Select(i => $"a{i}"), "c1", "c2"], _options.BehindLinks);
            Network.OnPortTaken = StartLink;
            _options.Cluster.Network = Network;
        }

        if (_options.OnSmallDisk is not null)
            Assert.SkipWhen(SmallDisk.WhyNot is not null, SmallDisk.WhyNot ?? "");
        Cluster = await PostgresCluster.StartAsync(_options.Cluster, TestContext.Current.CancellationToken);
        if (_options.OnSmallDisk is { } node)
        {
            Disk = await SmallDisk.UnderAsync(Cluster[node], megabytes: 240);
            await Cluster.WaitUntilStreamingAsync(cancellationToken: TestContext.Current.CancellationToken);
        }

        await _options.Prepare(Cluster);
        // In the cluster's folder, which is removed whatever happens to this process.
        _folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(Cluster.Nodes[0].DataDirectory)!, "history")).FullName;
        _history = new HistoryRecorder(Path.Combine(_folder, "faults.jsonl"));
        for (var i = 0; i < _options.Coordinators; i++)
        {
            _coordinators.Add(StartCoordinator(i));
            await PrimaryAsync(); // the first one writes term 1 and is the coordinator from then on
        }

        Workload = StartWorkload("c1", "");
        await UntilAckedAsync(50);
        if (_options.HasSecondWorkload)
        {
            // Not at once: two that create the same tables at one time can fail on each other.
            SecondWorkload = StartWorkload("c2", "b");
            await UntilAsync("an ack to the second workload", () => Task.FromResult(SecondWorkload.AckedWrites.Any()));
        }

        await UntilAsync("the first term on every node", async () => (await ClusterStatus.ReadAsync(Cluster)).Count(v => v.Term > 0) == Cluster.Nodes.Count);
    }

    private void StartLink(string node, int port)
    {
        if (_options.BehindLinks.Contains(node))
            _links.Add(ApplicationProcess.Start(new Dictionary<string, string>(StringComparer.Ordinal), Network.NamespaceOf(node), "link", $"{Network.AddressOf(node)}:{port}", $"127.0.0.1:{port}"));
    }

    private ApplicationProcess StartCoordinator(int index)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"a{index + 1}");
        return ApplicationProcess.Start(Settings(place), NamespaceOf(place));
    }

    private string DieAtFile => Path.Combine(Path.GetDirectoryName(_folder)!, "die-at");

    private string PausedFile => DieAtFile + ".waits";

    private WorkloadProcess StartWorkload(string place, string prefix)
    {
        var environment = Settings(place);
        environment["HaDatabase__Failover__Mode"] = "Observe"; // it follows what the coordinators decide
        environment["Workload__History"] = Path.Combine(_folder, $"{place}.jsonl");
        environment["Workload__Prefix"] = prefix;
        return new WorkloadProcess(ApplicationProcess.Start(environment, NamespaceOf(place), "workload"), environment["Workload__History"]);
    }

    private Dictionary<string, string> Settings(string place)
    {
        var settings = ClusterOptions.CoordinateAsEnvironment(Cluster);
        settings["DieAtFile"] = DieAtFile;
        settings["HaDatabase__Failover__MaxFailovers"] = "100"; // series of faults would trip the flap guard, which has a test of its own
        _options.Configure(place, settings);
        return settings;
    }

    private string? NamespaceOf(string place) => _options.HasNetwork ? Network.NamespaceOf(place) : null;
}
