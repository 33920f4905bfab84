using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>Tables and columns that come and go at the primary while it is compared with its standby.</summary>
public sealed class SchemaChangeTests : IntegrityTest
{
    [Fact]
    public async Task Run_WhileTablesAreMadeAndDropped_NothingIsToldAsADifference()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await ExecuteAsync(cluster, "n1", "app", "CREATE TABLE kept (id int PRIMARY KEY, v text)", "INSERT INTO kept SELECT i, 'v' || i FROM generate_series(1, 1000) i",
            "CREATE UNLOGGED TABLE fleeting (id bigint GENERATED ALWAYS AS IDENTITY)", "INSERT INTO fleeting DEFAULT VALUES", "CREATE SEQUENCE numbers", "SELECT nextval('numbers')");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var made = 0;
        var changing = ChangeAsync();
        await UntilAsync("tables come and go", () => Task.FromResult(Volatile.Read(ref made) >= 5));
        for (var run = 0; run < 8; run++)
        {
            foreach (var (left, right) in ((string, string)[])[("n1", "n2"), ("n2", "n1")])
            {
                var report = await VerifyAsync(Side(cluster, left), Side(cluster, right), new VerificationOptions { MaxLoad = 1 });
                Assert.Equal(0, report.DifferentRows);
                Assert.DoesNotContain(report.Notes, n => n.Kind == VerificationNoteKind.Difference);
                Assert.All(report.Tables.Where(t => t.Name == "public.kept"), t => Assert.Equal(1000, t.Rows)); // not there where a column went just then
            }
        }

        await end.CancelAsync();
        await changing;
        Assert.True(made > 20, $"{made}: the schema stood still, and the test shows little");
        var still = await VerifyAsync(Side(cluster, "n1"), Side(cluster, "n2"), new VerificationOptions { MaxLoad = 1 });
        Assert.Equal(VerificationVerdict.Met, still.Verdict);

        async Task ChangeAsync()
        {
            while (!end.IsCancellationRequested)
            {
                var i = Interlocked.Increment(ref made);
                await ExecuteAsync(cluster, "n1", "app", $"CREATE TABLE made_{i} (id int GENERATED ALWAYS AS IDENTITY)", $"INSERT INTO made_{i} DEFAULT VALUES", $"ALTER TABLE kept ADD more_{i} int", $"ALTER TABLE kept DROP more_{i}", $"DROP TABLE made_{i}");
            }
        }
    }
}
