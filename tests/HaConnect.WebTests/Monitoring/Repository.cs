namespace HaConnect.WebTests.Monitoring;

/// <summary>Files of the repository, and programs that are built beside this one.</summary>
internal static class Repository
{
    /// <summary>This is …/tests/HaConnect.WebTests/bin/Release/net10.0.</summary>
    private static readonly DirectoryInfo s_own = new(AppContext.BaseDirectory);

    internal static string At(params string[] path) => Path.Combine([s_own.Parent!.Parent!.Parent!.Parent!.Parent!.FullName, .. path]);

    /// <summary>A sample is built with this project, so in the same configuration.</summary>
    internal static string Sample(string name) => At("samples", name, "bin", s_own.Parent!.Name, s_own.Name, $"{name}.dll");
}
