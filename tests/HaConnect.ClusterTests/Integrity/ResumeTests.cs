using System.Diagnostics;
using HaConnect.ClusterTests.Cli;
using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>A verification that is killed goes on where it was.</summary>
public sealed class ResumeTests : IntegrityTest
{
    private const int Rows = 60_000;

    [Fact]
    public async Task Verify_ProcessKilledMidway_TheNextRunGoesOnAndTellsAllDifferences()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        await ExecuteAsync(cluster, "n1", "app", "CREATE DATABASE a TEMPLATE template0", "CREATE DATABASE b TEMPLATE template0");
        foreach (var database in (string[])["a", "b"])
        {
            await ExecuteAsync(cluster, "n1", database, "CREATE TABLE first (id int PRIMARY KEY, v text)", $"INSERT INTO first SELECT i, 'v' || i FROM generate_series(1, {Rows}) i",
                "CREATE TABLE second (a int, b text)", "INSERT INTO second SELECT * FROM first WHERE id % 10 = 0", "ANALYZE");
        }

        await ExecuteAsync(cluster, "n1", "b", "UPDATE first SET v = 'other' WHERE id = 3", $"DELETE FROM first WHERE id = {Rows}");
        var journal = Path.Combine(Folder.FullName, "journal");
        var start = new ProcessStartInfo(ToolProcess.Command[0], [.. ToolProcess.Command.Skip(1), "verify", "--left", WithoutPassword("a"), "--right", WithoutPassword("b"), "--resume", journal, "--max-load", "0.01", "--parallel", "1", "--settle", "0"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = cluster.Superuser.Password },
        };
        using (var process = Process.Start(start)!)
        {
            try
            {
                await UntilAsync("some parts are done", () => Task.FromResult(File.Exists(journal) && Lines().Count(l => l.Contains("\"rows\"", StringComparison.Ordinal)) >= 2), TimeSpan.FromSeconds(60));
            }
            finally
            {
                process.Kill(); // with all that it has not written
                await process.WaitForExitAsync(Cancelled);
            }
        }

        await File.AppendAllTextAsync(journal, "{\"table\":\"half a li", Cancelled);
        var done = Lines().Where(l => l.Contains("\"rows\"", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(done, l => l.Contains("public.second", StringComparison.Ordinal));
        var options = Still();
        options.ResumeFile = journal;
        var foreign = await Assert.ThrowsAsync<ArgumentException>(() => Verification.RunAsync(Side(cluster, "n1", "b"), Side(cluster, "n1", "a"), options, Cancelled));
        Assert.Contains("is of another verification", foreign.Message, StringComparison.Ordinal);

        var left = new VerificationSide($"{cluster["n1"].Host}:{cluster["n1"].Port}/a", Connection(cluster, "n1", "a"));
        var right = new VerificationSide($"{cluster["n1"].Host}:{cluster["n1"].Port}/b", Connection(cluster, "n1", "b"));
        var report = await VerifyAsync(left, right, options);
        Assert.Equal((Rows + Rows / 10L, 2L), (report.Rows, report.DifferentRows));
        Assert.InRange(report.Tables.Single(t => t.Name == "public.first").TakenOver, 1, Rows - 1);
        Assert.Equal(["Changed id=3: v v3|other", $"Missing id={Rows}: id {Rows}|NULL; v v{Rows}|NULL"], Shown(report, "public.first"));
        Assert.Contains(report.Notes, n => n.Text.Contains("were verified by an earlier run, between", StringComparison.Ordinal));
        Assert.False(File.Exists(journal));

        List<string> Lines()
        {
            using var reader = new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return [.. reader.ReadToEnd().Split('\n')];
        }

        string WithoutPassword(string database) => new Npgsql.NpgsqlConnectionStringBuilder(Connection(cluster, "n1", database)) { Password = null }.ConnectionString;
    }
}
