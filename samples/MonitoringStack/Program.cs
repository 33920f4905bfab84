using System.CommandLine;
using MonitoringStack;

var kill = new Option<bool>("--kill") { Description = "Kills the primary after 30 s, and brings it back as a standby two minutes later." };
var seconds = new Option<int?>("--seconds") { Description = "Ends after so many seconds. Default: at Ctrl-C." };
var command = new RootCommand("Runs a PostgreSQL cluster, two applications that give metrics, node_exporter, and a Prometheus with the alerts of monitoring/prometheus, all on the loopback address.") { kill, seconds };
command.SetAction((parsed, cancellationToken) => Stack.RunAsync(parsed.GetValue(kill), parsed.GetValue(seconds) is { } s ? TimeSpan.FromSeconds(s) : null, cancellationToken));
// The first Ctrl-C ends it in order: everything is stopped and its folders are removed, which takes some seconds.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
