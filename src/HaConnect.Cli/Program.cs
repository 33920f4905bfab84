using HaConnect.Cli;
using HaConnect.Cli.Output;

return await Tool.RunAsync(args, Terminal.OfProcess());
