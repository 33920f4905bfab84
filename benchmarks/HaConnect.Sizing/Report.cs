using System.Globalization;
using System.Text;

namespace HaConnect.Sizing;

/// <summary>One line per phase and server.</summary>
internal sealed class Report(TextWriter output, IReadOnlyList<ServerMeter> meters)
{
    private static readonly CompositeFormat Format = CompositeFormat.Parse("{0,-20} {1,-4} {2,8} {3,8} {4,8} {5,8} {6,8} {7,9} {8,9} {9,8}");

    internal void Head(int instances, int coordinators)
    {
        Line(string.Create(CultureInfo.InvariantCulture, $"{instances} instances, {coordinators} of them with Failover.Mode = Coordinate; three servers, max_connections 100; {Environment.ProcessorCount} cores"));
        Line("probes: sessions of HaConnect's probing, mean and most; locks: of a coordinator, most; app: the application's own, most; all: most together;");
        Line("new/s: sessions begun per second; cores: processor time of the server's processes per second; refused: sessions refused for want of room");
        Line(string.Format(CultureInfo.InvariantCulture, Format, "phase", "node", "probes", "most", "locks", "app", "all", "new/s", "cores", "refused"));
    }

    internal void Line(string text) => output.WriteLine(text);

    internal async Task PhaseAsync(string name, TimeSpan duration, Func<Task>? begin = null)
    {
        var processor = meters.Select(m => m.ProcessorSeconds()).ToList();
        var refusals = await Task.WhenAll(meters.Select(m => m.RefusalsAsync()));
        foreach (var meter in meters)
            meter.Take();
        var began = TimeProvider.System.GetTimestamp();
        if (begin is not null)
            await begin();
        var left = duration - TimeProvider.System.GetElapsedTime(began);
        if (left > TimeSpan.Zero)
            await Task.Delay(left, TimeProvider.System);
        var took = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        for (var i = 0; i < meters.Count; i++)
        {
            var samples = meters[i].Take();
            var refused = await meters[i].RefusalsAsync() - refusals[i];
            if (meters[i].ProcessorSeconds() is not { } after || processor[i] is not { } before || samples.Count == 0)
            {
                Line(string.Format(CultureInfo.InvariantCulture, "{0,-20} {1,-4} down", name, meters[i].Node.Name));
                continue;
            }

            Line(string.Format(CultureInfo.InvariantCulture, Format, name, meters[i].Node.Name, samples.Average(s => s.Probes).ToString("0.0", CultureInfo.InvariantCulture),
                samples.Max(s => s.Probes), samples.Max(s => s.Locks), samples.Max(s => s.Application), samples.Max(s => s.All),
                ((samples[^1].SessionsSoFar - samples[0].SessionsSoFar) / took).ToString("0.0", CultureInfo.InvariantCulture),
                ((after - before) / took).ToString("0.000", CultureInfo.InvariantCulture), refused));
        }
    }
}
