namespace HaConnect.ClusterTests.Cli;

/// <summary>How the tool is run as a process of its own.</summary>
internal static class ToolProcess
{
    /// <summary>The program and its first arguments: what HACONNECT_TOOL names, for instance the native program of eng/aot.sh; else what was built with this project.</summary>
    internal static IReadOnlyList<string> Command { get; } = Environment.GetEnvironmentVariable("HACONNECT_TOOL") is { Length: > 0 } tool ? [tool] : [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Built()];

    /// <summary>In the same configuration: …/src/HaConnect.Cli/bin/Release/net10.0.</summary>
    private static string Built()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var root = own.Parent!.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, "src", "HaConnect.Cli", "bin", own.Parent.Name, own.Name, "HaConnect.Cli.dll");
    }
}
