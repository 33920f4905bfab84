using System.Globalization;

namespace HaConnect.Simulation.Running;

/// <summary><c>bash eng/simulate.sh [--schedules N] [--seed S] [--threads N] [--trace] [--save FOLDER]</c>.</summary>
internal static class SimulateCommand
{
    private const string Usage = "usage: simulate [--schedules 2000] [--seed 1] [--threads (all cores)] [--trace: the one seed, told step by step] [--save FOLDER: minimal schedules of what fails]";

    internal static int Run(string[] args)
    {
        var (schedules, seed, threads) = (2000, 1UL, Environment.ProcessorCount);
        var isTracing = false;
        string? folder = null;
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--schedules" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out schedules) && schedules > 0:
                case "--seed" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed):
                case "--threads" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out threads) && threads > 0:
                    i++;
                    break;
                case "--save" when value.Length > 0:
                    folder = value;
                    i++;
                    break;
                case "--trace":
                    isTracing = true;
                    break;
                default:
                    Console.Error.WriteLine($"'{args[i]}{(value.Length > 0 ? " " + value : "")}' is not understood; {Usage}");
                    return 2;
            }
        }

        return isTracing ? Tell(seed) : Simulate(schedules, seed, threads, folder);
    }

    private static int Tell(ulong seed)
    {
        RunResult? result = null;
        var thread = new Thread(() => result = SimulationRun.Execute(Campaign.Mixed(seed), seed, trace: true));
        thread.Start();
        thread.Join();
        Console.WriteLine(result!.Story());
        return result.Violation is null ? 0 : 1;
    }

    private static int Simulate(int schedules, ulong seed, int threads, string? folder)
    {
        var began = TimeProvider.System.GetTimestamp();
        var campaign = new Campaign(Campaign.Mixed, seed, schedules);
        campaign.Execute(threads, enough: 20, c => Console.WriteLine(Invariant($"{c.Done,9} of {schedules} runs, {c.Done / TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} a second, {c.Promotions} promotions, {c.Failures.Count} violations{string.Concat(c.Failures.Select(f => $", {f.Violation!.Invariant} with seed {f.Seed}"))}")));
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var cpu = Environment.CpuUsage.TotalTime.TotalSeconds;
        foreach (var failure in campaign.Failures)
            Report(failure, folder);
        foreach (var (kind, runs, time) in campaign.Kinds)
            Console.WriteLine(Invariant($"{kind,-30} {runs,9} runs, {runs / time.TotalSeconds,6:0.0} a second on each thread"));
        Console.WriteLine(Invariant($"seeds {seed} to {seed + (ulong)campaign.Done - 1}: {campaign.Done} runs in {seconds:0} s on {threads} threads, {campaign.Done / seconds:0.0} a second, {campaign.Done / cpu:0.0} per second of CPU"));
        Console.WriteLine(Invariant($"{campaign.Events / 1e6:0.0} million events, {campaign.Acked} acked writes, {campaign.Reads} reads judged, {campaign.Promotions} promotions, {campaign.Failures.Count} violations"));
        return campaign.Failures.Count == 0 ? 0 : 1;
    }

    private static void Report(RunResult failure, string? folder)
    {
        RunResult? minimal = null;
        var thread = new Thread(() => minimal = Shrinker.Shrink(failure));
        thread.Start();
        thread.Join();
        Console.WriteLine(minimal!.Story());
        if (folder is null)
            return;
        Directory.CreateDirectory(folder);
        RegressionFile.Of(minimal).Write(Path.Combine(folder, Invariant($"{minimal.Violation!.Invariant}-{minimal.Seed}.json")));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
