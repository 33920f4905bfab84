using FailoverDemo;

// The first Ctrl-C ends the demo in order: the servers are stopped and their folder is removed, which takes a second or two.
var configuration = new System.CommandLine.InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
return await DemoCommand.Create().Parse(args).InvokeAsync(configuration);
