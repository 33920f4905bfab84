using HaConnect.Operations;
using HaConnect.Testing;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;

namespace HaConnect.ClusterTests.Operations;

/// <summary>A rejoin as an operator runs it: by PostgreSQL's own programs, on the node's host.</summary>
public sealed class RejoinByPgCtlTests : ClusterTest
{
    [Fact]
    public async Task RunAsync_OldPrimary_IsStoppedRewoundStartedAndFollows()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var node = cluster["n1"];
        await node.ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        await UntilAsync("the table", () => cluster["n2"].ScalarAsync<bool>("SELECT to_regclass('story') IS NOT NULL", Cancelled));
        await cluster["n2"].ExecuteAsync("SELECT pg_promote(true)", Cancelled);
        await node.StopAsync(StopMode.Fast, Cancelled);
        var programs = await ProgramsAsync(cluster);
        var heard = new List<string>();
        var options = new RejoinOptions
        {
            Node = "n1",
            DataDirectory = node.DataDirectory,
            Username = cluster.Superuser.User,
            Password = cluster.Superuser.Password,
            ProgramDirectory = programs,
            Progress = new Heard(heard),
        };
        await ProgramAsync(programs, "pg_ctl", "start", "-D", node.DataDirectory, "-w", "-l", node.DataDirectory + ".first.log");
        try
        {
            await node.ExecuteAsync("INSERT INTO story VALUES (1)", Cancelled);
            await Assert.ThrowsAsync<RejoinRefusedException>(() => Rejoin.RunAsync(ClusterOptions.Coordinate(cluster), options, Cancelled));
            Assert.Equal(1, await node.ScalarAsync<long>("SELECT count(*) FROM story", Cancelled)); // it was started again

            options.DiscardAckedWritesOf = "n1";
            var result = await Rejoin.RunAsync(ClusterOptions.Coordinate(cluster), options, Cancelled);

            Assert.Equal((RejoinMethod.Rewind, "n2", 2), (result.Method, result.Primary, result.Timeline));
            Assert.Equal(["stopping n1", $"rewinding: {result.Reason}", "n1 follows n2"], heard.TakeLast(3));
            await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (2)", Cancelled);
            await UntilAsync("the row", () => node.ScalarAsync<bool>("SELECT array_agg(line) = '{2}' FROM story", Cancelled));
        }
        finally
        {
            await ProgramAsync(programs, "pg_ctl", "stop", "-D", node.DataDirectory, "-m", "immediate", "-w");
        }
    }

    /// <summary>Programs that run as the servers' user, which is what the operator is.</summary>
    private static async Task<string> ProgramsAsync(PostgresCluster cluster)
    {
        var user = await UnixUser.ResolveAsync(Cancelled);
        var installed = PostgresBinaries.Find(null) ?? throw new InvalidOperationException("PostgreSQL is not installed");
        if (user.SwitchTo is not { } name)
            return installed;
        var folder = Path.Combine(Path.GetDirectoryName(cluster["n1"].DataDirectory)!, "programs");
        Directory.CreateDirectory(folder);
        foreach (var program in (string[])["pg_ctl", "pg_rewind", "pg_basebackup", "pg_controldata", "pg_waldump"])
        {
            var file = Path.Combine(folder, program);
            await File.WriteAllTextAsync(file, $"#!/bin/sh\ncd / && exec setpriv --reuid={name} --regid={name} --clear-groups -- {Path.Combine(installed, program)} \"$@\"\n", Cancelled);
            (await Tool.RunAsync("chmod", ["+x", file], cancellationToken: Cancelled)).ThrowIfFailed("chmod");
        }

        return folder;
    }

    private static async Task ProgramAsync(string folder, string program, params string[] arguments) =>
        (await Tool.RunAsync(Path.Combine(folder, program), arguments, cancellationToken: CancellationToken.None)).ThrowIfFailed(program);

    private sealed class Heard(List<string> sentences) : IProgress<string>
    {
        public void Report(string value) => sentences.Add(value);
    }
}
