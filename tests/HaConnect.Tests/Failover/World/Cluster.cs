using HaConnect.Failover;
using HaConnect.Failover.Promotion;
using HaConnect.Options;

namespace HaConnect.Tests.Failover.World;

/// <summary>Simulated servers, and what must hold of them at every moment.</summary>
internal sealed class Cluster
{
    private readonly Dictionary<long, string> _promoted = [];
    private int _ids;

    /// <param name="dataNodes">The first is the primary.</param>
    /// <param name="required">The k of <c>ANY k (…)</c>.</param>
    /// <param name="witnesses">How many witnesses vote too.</param>
    /// <param name="synchronous">The standbys that may have to ack; empty for all.</param>
    internal Cluster(string dataNodes = "p a b", int required = 1, int witnesses = 0, string synchronous = "")
    {
        var names = dataNodes.Split(' ');
        Required = required;
        Voters = [.. names.Select(n => new Voter(n, IsWitness: false, 0, n == names[0] || synchronous.Length == 0 || synchronous.Split(' ').Contains(n))), .. Enumerable.Range(1, witnesses).Select(i => new Voter($"w{i}", IsWitness: true, 0))];
        Servers = Voters.ToDictionary(v => v.Name, v => new Server(v) { InRecovery = !v.IsWitness && v.Name != names[0], Upstream = v.IsWitness || v.Name == names[0] ? "" : names[0] });
        if (required > 0)
            Servers[names[0]].SynchronousNames = SynchronousNames.Format(required, synchronous.Length == 0 ? names[1..] : synchronous.Split(' '));
    }

    internal IReadOnlyList<Voter> Voters { get; }

    internal int Required { get; }

    internal Dictionary<string, Server> Servers { get; }

    internal Server this[string name] => Servers[name];

    /// <summary>High, so that the flap guard is in the way of those tests only that are about it.</summary>
    internal int MaxFailovers { get; init; } = 1000;

    internal TimeSpan? DegradeAfter { get; init; }

    internal TimeSpan? FencingTimeout { get; init; }

    internal bool RehearsesFencing { get; init; }

    /// <summary>The servers' clock; it stands still unless a test moves it.</summary>
    internal DateTime Now { get; set; } = Given.Started;

    internal HashSet<int> Acked { get; } = [];

    internal FailoverSettings Settings(string coordinator) => new()
    {
        Coordinator = coordinator,
        Voters = Voters,
        ControlDatabase = "postgres",
        Required = Required,
        DropStandbyAfter = TimeSpan.FromSeconds(10),
        DegradeAfter = DegradeAfter,
        FencingTimeout = FencingTimeout,
        RehearsesFencing = RehearsesFencing,
        MaxDataLossBytes = 3,
        MaxFailovers = MaxFailovers,
        FailoverWindow = TimeSpan.FromMinutes(10),
        Conninfo = new ConninfoBuilder(new ReplicationOptions { Username = "repl" }, [.. Voters.Where(v => !v.IsWitness).Select(v => new ConfiguredNode(v.Name, v.Name, 5432, 0))]),
    };

    internal static void Append(Server server, Server.Entry entry) => server.Log = server.Log.Add(entry);

    internal int NextId() => ++_ids;

    /// <summary>A client writes: acked when the server's synchronous standbys have it, or later, or never.</summary>
    internal void Write(Server server)
    {
        if (server is not { IsAlive: true, InRecovery: false, Voter.IsWitness: false })
            return;
        Append(server, new Server.Entry(NextId()));
        Ack(server);
    }

    /// <summary>A standby receives from its upstream.</summary>
    internal void Stream(Server standby, int entries = int.MaxValue)
    {
        if (!Servers.TryGetValue(standby.Upstream, out var upstream) || !standby.Streams(upstream))
            return;
        standby.Log = upstream.Log[..Math.Min(upstream.Log.Length, standby.Log.Length + Math.Min(entries, upstream.Log.Length))];
        Ack(upstream);
    }

    internal void StreamAll()
    {
        foreach (var server in Servers.Values)
            Stream(server);
    }

    internal void Kill(string name)
    {
        Servers[name].IsAlive = false;
        Servers[name].LockHolder = null;
    }

    /// <summary>What must hold when a promotion is asked for; the server itself checks the rest in the promoting statement.</summary>
    internal void CheckPromotion(Driver driver, string candidate, PromotionOrder order)
    {
        var state = driver.State;
        var term = order.Term;
        Assert.Equal(state.Term, term);
        if (!_promoted.TryAdd(term, candidate))
            Assert.Fail($"term {term} was to promote {_promoted[term]}, now {candidate}");

        // A coordinator that another has overtaken in the meantime is stopped by the server, in the promoting statement.
        if (Servers.Values.Any(s => s.Register?.Term > term || (s.LockHolder is { } other && other != driver)))
            return;

        // RevocationQuorum, over the row in force: cut off and bound by this term's promise.
        var row = state.Established!;
        var cutOff = Servers.Values.Where(s => s is { InRecovery: true, Upstream: "" } && s.Register?.Term == term).Select(s => s.Name).ToList();
        Assert.True(Quorum.CutsOff(row, cutOff, state.DataNodeCount), $"promoting {candidate} in term {term} with only {string.Join(", ", cutOff)} cut off");

        // The decision stands on a majority and on the candidate; the promise came before everything.
        var decided = Servers.Values.Where(s => s.Register is { Phase: RegisterPhase.Decided } r && r.Term == term && r.Decided.Node == candidate).Select(s => s.Name).ToList();
        Assert.True(decided.Count >= state.Settings.Majority && decided.Contains(candidate), $"the decision stands on {string.Join(", ", decided)} only");

        // SsnBeforePromote: nobody can ack alone.
        Assert.Equal(order.SynchronousNames, Servers[candidate].SynchronousNames);
        Assert.NotEqual("", order.SynchronousNames);
        Assert.DoesNotContain($"\"{candidate}\"", order.SynchronousNames, StringComparison.Ordinal);

        // MaxLogChosen: nobody whose position was read is further.
        foreach (var other in driver.State.CutOff.Where(v => v.Position is not null))
        {
            var (best, theirs) = (state.CandidateState!.Position!.Value, other.Position!.Value);
            Assert.True((best.TermNumber, best.Furthest).CompareTo((theirs.TermNumber, theirs.Furthest)) >= 0);
        }
    }

    /// <summary>NoLostAck: whoever serves has everything that was acked.</summary>
    internal void CheckEstablished(Server server) =>
        Assert.True(Acked.All(id => server.Log.Any(e => e.Id == id)), $"{server.Name} is established without an acked write");

    private void Ack(Server server)
    {
        var names = SynchronousNames.Parse(server.SynchronousNames);
        if (names is null && Required == 0)
            return; // asynchronous: nothing is promised
        for (var i = server.Log.Length - 1; i >= 0 && !Acked.Contains(server.Log[i].Id); i--)
        {
            if (server.Log[i] is { Row: null, Marks: null } && (names is null || server.Flushed(Servers.Values, [.. names.Names], i + 1) >= names.Required))
                Acked.Add(server.Log[i].Id);
        }
    }
}
