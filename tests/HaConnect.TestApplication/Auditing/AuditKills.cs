using System.Diagnostics;
using System.Globalization;
using HaConnect.Operations;

namespace HaConnect.TestApplication;

/// <summary>
/// Kills a process that writes audit records, at a random instant, again and again on one folder: whatever Write had returned for must be there, and the
/// chain whole. It shows what a crash of a process does, not what a loss of power does.
/// </summary>
internal static class AuditKills
{
    internal static async Task<int> RunAsync(int trials, int seed)
    {
        var random = new Random(seed);
        var folder = Directory.CreateTempSubdirectory("haconnect-audit-kills-").FullName;
        var (startedAt, tally) = (TimeProvider.System.GetTimestamp(), new AuditKillTally());
        try
        {
            for (var trial = 1; trial <= trials; trial++)
            {
                var printed = await KillOneAsync(folder, random);
                if (tally.Judge(folder, printed) is { } problem)
                {
                    await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"trial {trial} of seed {seed}: {problem}; the folder is left in {folder}"));
                    await Console.Out.WriteLineAsync(tally.ToTable(trial, seed, TimeProvider.System.GetElapsedTime(startedAt)));
                    return 1;
                }
            }
        }
        finally
        {
            if (tally.Problem is null)
                Directory.Delete(folder, recursive: true);
        }

        await Console.Out.WriteLineAsync(tally.ToTable(trials, seed, TimeProvider.System.GetElapsedTime(startedAt)));
        return 0;
    }

    /// <summary>Half of them anywhere from the start on, while it opens the folder too; half of them while it surely writes.</summary>
    private static async Task<IReadOnlyList<string>> KillOneAsync(string folder, Random random)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(AuditKills).Assembly.Location, "audit", folder]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var printed = new List<string>();
        if (random.Next(2) == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 400), TimeProvider.System);
        }
        else
        {
            for (var lines = random.Next(1, 80); lines > 0 && await process.StandardOutput.ReadLineAsync() is { } line; lines--)
                printed.Add(line);
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 3), TimeProvider.System);
        }

        process.Kill();
        var rest = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        printed.AddRange(rest.Split('\n')[..^1]); // the last may be half a line
        return printed;
    }
}
