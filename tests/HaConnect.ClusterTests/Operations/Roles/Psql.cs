using System.Diagnostics;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Operations.Roles;

/// <summary>Runs a script as an operator does.</summary>
internal static class Psql
{
    internal static async Task<(int Code, string Output)> RunAsync(string psql, PostgresCluster cluster, string at, string script, params string[] variables)
    {
        var cancelled = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(psql) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["PGPASSWORD"] = cluster.Superuser.Password, ["PGCLIENTENCODING"] = "UTF8" } };
        foreach (var argument in (string[])["-X", "-h", cluster[at].Host, "-p", $"{cluster[at].Port}", "-U", cluster.Superuser.User, "-d", "postgres", .. variables.SelectMany(v => (string[])["-v", v]), "-f", "-"])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancelled);
        var error = process.StandardError.ReadToEndAsync(cancelled);
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancelled);
        return (process.ExitCode, await output + await error);
    }
}
