using HaConnect.Sizing;
using HaConnect.Testing;

// eng/hundred.sh is the way to run this: [instances] [coordinators] [seconds per phase]. What many application instances cost three servers with
// max_connections = 100: in peace, in use, and while the primary is killed. Prints one table.
var instances = args.Length > 0 ? int.Parse(args[0], null) : 100;
var coordinators = args.Length > 1 ? int.Parse(args[1], null) : instances;
var phase = TimeSpan.FromSeconds(args.Length > 2 ? int.Parse(args[2], null) : 20);

await using var cluster = await PostgresCluster.StartAsync();
var meters = new List<ServerMeter>();
foreach (var node in cluster.Nodes)
    meters.Add(await ServerMeter.StartAsync(cluster, node));
await using var fleet = new Fleet(cluster, instances, coordinators);
var report = new Report(Console.Out, meters);
report.Head(instances, coordinators);

await report.PhaseAsync("start, 4 a second", TimeSpan.FromSeconds(10), fleet.StartAsync);
await report.PhaseAsync("peace, idle", phase);
fleet.Use();
await report.PhaseAsync("in use", phase, fleet.BeginPhaseAsync);
report.Line(fleet.Describe());
await report.PhaseAsync("n1 killed", TimeSpan.FromSeconds(15), async () =>
{
    await fleet.BeginPhaseAsync();
    await cluster.Nodes[0].KillAsync();
});
report.Line(fleet.Describe());
await report.PhaseAsync("afterwards, in use", phase, fleet.BeginPhaseAsync);
report.Line(fleet.Describe());
foreach (var meter in meters)
    await meter.DisposeAsync();
return fleet.AllWroteInLastPhase ? 0 : 1;
