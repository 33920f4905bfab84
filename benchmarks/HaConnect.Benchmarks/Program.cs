using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Running;
using HaConnect.Benchmarks;
using HaConnect.Benchmarks.Gate;
using HaConnect.Benchmarks.Opening;

// eng/bench.sh is the way to run this.
//   run <results> [BenchmarkDotNet's arguments]     runs the benchmarks; without arguments of theirs all of them
//   gate <results> <limits.json>                    compares the results with the limits, and writes gate.md and gate.json beside them; exit code 1 when one is exceeded
switch (args)
{
    case ["run", var results, .. var more]:
        await using (await OpenTargets.StartAsync())
        {
            await WarmUp.RunAsync();
            var config = DefaultConfig.Instance.WithArtifactsPath(results).AddExporter(JsonExporter.Brief);
            var summaries = BenchmarkSwitcher.FromAssembly(typeof(OpenTargets).Assembly).Run(more is [] ? ["--filter", "*"] : more, config).ToList();
            return summaries.Count > 0 && summaries.TrueForAll(s => !s.HasCriticalValidationErrors && s.Reports.All(r => r.Success)) ? 0 : 1;
        }

    case ["gate", var results, var limits]:
        var measurements = Measurements.Read(results);
        var table = new GateTable([.. LimitsFile.Read(limits).Select(limit => new GateRow(limit, measurements.Of(limit)))]);
        table.Print(Console.Out);
        table.Save(results);
        return table.Holds ? 0 : 1;

    default:
        await Console.Error.WriteLineAsync("Usage: run <results> [BenchmarkDotNet's arguments] | gate <results> <limits.json>");
        return 2;
}
