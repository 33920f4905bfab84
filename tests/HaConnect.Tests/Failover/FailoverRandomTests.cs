using HaConnect.Failover;
using HaConnect.Tests.Failover.World;

namespace HaConnect.Tests.Failover;

/// <summary>
/// Two coordinators, servers that die and return, sessions that break, answers that never come, timers at any moment. The simulated
/// servers check: one promotion per term, the revocation quorum, the decision and the synchronous names before a promotion, no command
/// without the promise of its term, and no acked write missing where a term is established.
/// </summary>
public sealed class FailoverRandomTests
{
    [Theory]
    [InlineData("p a b", 1, 0)]
    [InlineData("p a b", 1, 1)]
    [InlineData("p a b c", 2, 2)]
    [InlineData("p a b", 0, 0)]
    [InlineData("p a b c", 2, 1)]
    [InlineData("p a b c d", 2, 0)]
    public void Next_RandomEvents_KeepTheInvariants(string dataNodes, int required, int witnesses)
    {
        var failovers = 0;
        for (var seed = 0; seed < 120; seed++)
        {
            try
            {
                failovers += Walk(dataNodes, required, witnesses, new Random(seed));
            }
            catch (Exception e) when (e is Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}: {e.Message}\n{e.StackTrace}");
            }
        }

        Assert.True(failovers > 20, $"only {failovers} failovers were seen: the walk proves little");
    }

    private static int Walk(string dataNodes, int required, int witnesses, Random random)
    {
        var cluster = new Cluster(dataNodes, required, witnesses);
        var drivers = new[] { new Driver(cluster, "one").InPeace(), new Driver(cluster, "two") };
        foreach (var driver in drivers)
            driver.React = _ => random.Next(100) switch { 0 => Reaction.Refuse, 1 => Reaction.Silence, 2 => Reaction.DropBefore, 3 => Reaction.DropAfter, _ => Reaction.Answer };
        var servers = cluster.Servers.Values.ToArray();
        for (var action = 0; action < 600; action++)
        {
            var driver = drivers[random.Next(2)];
            var server = servers[random.Next(servers.Length)];
            switch (random.Next(36))
            {
                case 0 when servers.All(s => s.IsAlive):
                    cluster.Kill((random.Next(3) > 0 ? servers.FirstOrDefault(s => s is { InRecovery: false, Voter.IsWitness: false } && s.Established?.Primary == s.Name) ?? server : server).Name);
                    break;
                case 1 when random.Next(6) == 0:
                    server.IsAlive = true;
                    break;
                case 2 when random.Next(4) == 0:
                    driver.Drop(server.Name);
                    break;
                case 3 or 4:
                    cluster.Write(server);
                    break;
                case 5 or 6:
                    cluster.Stream(server, 1 + random.Next(3));
                    break;
                case 7 or 11:
                    driver.Look();
                    break;
                case 8 or 10:
                    driver.Grace();
                    break;
                case 9 when random.Next(3) == 0:
                    driver.Time();
                    break;
                default:
                    if (driver.HasWork)
                        driver.Turn(random.Next);
                    break;
            }

            CannotHang(driver.State);
        }

        return drivers.Sum(d => d.Ended.Count(e => e));
    }

    /// <summary>Nobody answers any more and the time is over: some row must fire, but where the machine only waits for the world to change.</summary>
    private static void CannotHang(FailoverState state)
    {
        if (state.Step is Step.Watching or Step.Leading or Step.Stopped)
            return;
        var (after, _) = FailoverMachine.Next(state with { Pending = [] }, new FailoverEvent.TimeOver(state.StepNumber));
        Assert.True(after.StepNumber > state.StepNumber, $"nothing follows {state.Step}");
        var (silent, _) = FailoverMachine.Next(state, new FailoverEvent.TimeOver(state.StepNumber));
        Assert.True(silent.StepNumber > state.StepNumber, $"nothing follows {state.Step} while answers are missing");
    }
}
