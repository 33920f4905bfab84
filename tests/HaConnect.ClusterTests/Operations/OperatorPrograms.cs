using HaConnect.Testing;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;

namespace HaConnect.ClusterTests.Operations;

/// <summary>PostgreSQL's programs as an operator has them: they run as the servers' user.</summary>
internal static class OperatorPrograms
{
    /// <summary>The folder in which they are.</summary>
    internal static async Task<string> InstallAsync(PostgresCluster cluster)
    {
        var user = await UnixUser.ResolveAsync(TestContext.Current.CancellationToken);
        var installed = PostgresBinaries.Find(null) ?? throw new InvalidOperationException("PostgreSQL is not installed");
        if (user.SwitchTo is not { } name)
            return installed;
        var folder = Path.Combine(Path.GetDirectoryName(cluster["n1"].DataDirectory)!, "programs");
        Directory.CreateDirectory(folder);
        foreach (var program in (string[])["pg_ctl", "pg_rewind", "pg_basebackup", "pg_controldata"])
        {
            var file = Path.Combine(folder, program);
            await File.WriteAllTextAsync(file, $"#!/bin/sh\nexport HOME=/\ncd / && exec setpriv --reuid={name} --regid={name} --clear-groups -- {Path.Combine(installed, program)} \"$@\"\n");
            (await Tool.RunAsync("chmod", ["+x", file])).ThrowIfFailed("chmod");
        }

        return folder;
    }

    internal static async Task RunAsync(string folder, string program, params string[] arguments) =>
        (await Tool.RunAsync(Path.Combine(folder, program), arguments)).ThrowIfFailed(program);
}
