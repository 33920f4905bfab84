using HaConnect.Simulation.Conformance.Scripts;

namespace HaConnect.Simulation.Conformance;

/// <summary><c>conform [script …]</c>: plays scripts, all where none is named, and prints what the simulated and the real servers showed.</summary>
internal static class ConformCommand
{
    internal static async Task<int> RunAsync(string[] names)
    {
        var differ = 0;
        var scripts = AllScripts.ByName.Values.Where(s => names.Length == 0 || names.Any(n => s.Name.Contains(n, StringComparison.Ordinal))).ToList();
        await using var plays = new RealPlays(scripts);
        foreach (var script in scripts)
        {
            var real = await PlayAsync(() => plays.SeenAsync(script.Name));
            var simulated = await PlayAsync(() => Task.FromResult(SimStage.Play(script, seed: 1)));
            Console.WriteLine(script);
            for (var i = 0; i < Math.Max(real.Count, simulated.Count); i++)
            {
                var (r, s) = (real.ElementAtOrDefault(i), simulated.ElementAtOrDefault(i));
                var isSame = r is not null && r == s && r.Holds;
                differ += isSame ? 0 : 1;
                Console.WriteLine(isSame ? $"  {r}" : $"* real      {r}\n* simulated {s}");
            }
        }

        return differ == 0 ? 0 : 1;
    }

    private static async Task<IReadOnlyList<Observation>> PlayAsync(Func<Task<IReadOnlyList<Observation>>> play)
    {
        try
        {
            return await play();
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            return [new Observation(e.Message, "an end", "none")];
        }
    }
}
