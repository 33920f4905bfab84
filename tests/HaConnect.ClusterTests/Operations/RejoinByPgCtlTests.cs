using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Operations;

/// <summary>A rejoin as an operator runs it: by PostgreSQL's own programs, on the node's host.</summary>
public sealed class RejoinByPgCtlTests : ClusterTest
{
    [Fact]
    public async Task RunAsync_OldPrimary_IsStoppedRewoundStartedAndFollows()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var node = await OldPrimary.MakeAsync(cluster, Cancelled);
        var programs = await OperatorPrograms.InstallAsync(cluster);
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
        await OperatorPrograms.RunAsync(programs, "pg_ctl", "start", "-D", node.DataDirectory, "-w", "-l", node.DataDirectory + ".first.log");
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
            await OperatorPrograms.RunAsync(programs, "pg_ctl", "stop", "-D", node.DataDirectory, "-m", "immediate", "-w");
        }
    }

    private sealed class Heard(List<string> sentences) : IProgress<string>
    {
        public void Report(string value) => sentences.Add(value);
    }
}
