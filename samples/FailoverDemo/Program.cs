using System.CommandLine;
using System.CommandLine.Invocation;
using FailoverDemo;

var parsed = DemoCommand.Create().Parse(args);
if (parsed.Action is ParseErrorAction error)
    error.ShowHelp = false; // the message would drown in it
// The first Ctrl-C ends the demo in order: the servers are stopped and their folder is removed, which takes a second or two.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
