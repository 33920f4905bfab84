using System.Globalization;

namespace HaConnect.Simulation.Running;

/// <summary><c>bash eng/simulate.sh</c>.</summary>
internal static class SimulateCommand
{
    internal static int Run(string[] args)
    {
        var schedules = int.Parse(args[0], CultureInfo.InvariantCulture);
        var seed = ulong.Parse(args[1], CultureInfo.InvariantCulture);
        var trace = args.Contains("trace");
        var config = new RunConfig();
        foreach (var arg in args.Skip(2))
        {
            if (Enum.TryParse<Failover.BrokenRules>(arg, out var broken))
                config = config with { Broken = broken };
            else if (Enum.TryParse<Breaks>(arg, out var breaks))
                config = config with { Breaks = breaks };
            else if (arg.Contains('/', StringComparison.Ordinal))
                config = config with { DataNodes = arg[0] - '0', Required = arg[2] - '0', Witnesses = arg[4] - '0' };
        }

        var thread = new Thread(() =>
        {
            var began = TimeProvider.System.GetTimestamp();
            long events = 0, acked = 0, promotions = 0, reads = 0;
            var found = 0;
            var bad = new Dictionary<string, List<ulong>>();
            for (var i = 0; i < schedules; i++)
            {
                var r = SimulationRun.Execute(config, seed + (ulong)i, trace: trace);
                events += r.Events;
                acked += r.Acked;
                reads += r.Reads;
                promotions += r.Promotions;
                if (r.Violation is { } v)
                {
                    if (config.Broken != Failover.BrokenRules.None || config.Breaks != Breaks.None)
                    {
                        Console.WriteLine($"run {i + 1}: {v.Invariant}: {v.What}");
                        if (++found == 5)
                            break;
                    }

                    if (!bad.TryGetValue(v.Invariant, out var list))
                        bad[v.Invariant] = list = [];
                    list.Add(r.Seed);
                    if (list.Count <= 5)
                        Console.WriteLine($"seed {r.Seed}: {v.Invariant}: {v.What}");
                }

                if (trace)
                {
                    Console.WriteLine(string.Join('\n', r.Plan.Faults));
                    Console.WriteLine(string.Join('\n', r.Trace));
                    Console.WriteLine(r.Fingerprint);
                }
            }

            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            Console.WriteLine($"cpu {Environment.CpuUsage.TotalTime.TotalSeconds:0.0} s, {schedules / Environment.CpuUsage.TotalTime.TotalSeconds:0.0} runs per cpu second");
            Console.WriteLine($"{schedules} runs, {schedules / seconds:0.0}/s, {events / (double)schedules:0} events, {acked / (double)schedules:0} acked, {reads / (double)schedules:0} reads, {promotions / (double)schedules:0.00} promotions per run");
            foreach (var (k, l) in bad)
                Console.WriteLine($"{k}: {l.Count}: {string.Join(' ', l.Take(20))}");
        });
        thread.Start();
        thread.Join();
        return 0;
    }
}
