using System.Diagnostics;
using HaConnect.Simulation.Running;

namespace HaConnect.Simulation;

/// <summary><c>simulate …</c> runs the simulation from the command line, <c>conform …</c> plays scripts on simulated and on real servers; anything else runs the tests.</summary>
internal static class Program
{
    internal static int Main(string[] args)
    {
        if (args is ["simulate", .. var rest])
            return SimulateCommand.Run(rest);
        if (args is ["conform", .. var names])
            return Conformance.ConformCommand.RunAsync(names).GetAwaiter().GetResult();
        return args.Any(a => a is "--server" or "--internal-msbuild-node")
            ? Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult()
            : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).GetAwaiter().GetResult();
    }
}
