using System.Globalization;
using HaConnect;
using HaConnect.PageCost;
using HaConnect.Testing;

// eng/page-cost.sh is the way to run this: [seconds of each measurement, 30] [pairs, 3] [reads a second, 200]. What one open page costs an application that coordinates
// three real servers: its processor time with and without a stream, in turn. Whoever reads the stream is another process, and so are the servers.
if (args is ["--read", var url])
    return await StreamReading.RunAsync(new Uri(url));

var seconds = args.Length > 0 ? int.Parse(args[0], null) : 30;
var pairs = args.Length > 1 ? int.Parse(args[1], null) : 3;
var rate = args.Length > 2 ? int.Parse(args[2], null) : 200;

await using var cluster = await PostgresCluster.StartAsync();
await using var application = await MeasuredApplication.StartAsync(cluster);
using var stop = new CancellationTokenSource();
var reading = application.ReadAsync(rate, stop.Token);
await MeasuredApplication.MeasureAsync(TimeSpan.FromSeconds(10)); // what is compiled and opened at first
await using (await StreamReading.StartAsync(application.Events))
    await MeasuredApplication.MeasureAsync(TimeSpan.FromSeconds(10));

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds} s each, {rate} reads a second, {Environment.ProcessorCount} cores; processor time of the application in percent of one core"));
Console.WriteLine("pair   no page   one page   the page costs   bytes read a second");
var costs = new List<double>();
for (var pair = 1; pair <= pairs; pair++)
{
    var without = await MeasuredApplication.MeasureAsync(TimeSpan.FromSeconds(seconds));
    double with, bytes;
    await using (var stream = await StreamReading.StartAsync(application.Events))
    {
        with = await MeasuredApplication.MeasureAsync(TimeSpan.FromSeconds(seconds));
        bytes = await stream.StopAsync() / (double)seconds;
    }

    costs.Add(with - without);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pair,4}   {without,6:0.00}%   {with,7:0.00}%   {with - without,13:0.00}%   {bytes,19:0}"));
}

costs.Sort();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median {costs[costs.Count / 2]:0.00}% of a core; limit 1%"));
await stop.CancelAsync();
await reading;
return costs[costs.Count / 2] < 1 ? 0 : 1;
