using System.Globalization;
using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>
/// How many rows are verified in what time, and what that does to a workload that runs meanwhile. Small here, without a judgement of the figures; ten million rows by <c>eng/verify-rows.sh</c>.
/// </summary>
public sealed class RowsTests : IntegrityTest
{
    private const int Few = 50_000;
    private const int Rounds = 3;
    private const double MostLatency = 1.5;
    private static readonly TimeSpan s_within = TimeSpan.FromMinutes(2);

    private const string Transaction = "WITH changed AS (UPDATE accounts SET balance = balance + $2, changed = now() WHERE id = $1 RETURNING id) INSERT INTO history (account, delta) SELECT id, $2 FROM changed";

    [Fact]
    public async Task Run_PrimaryAgainstItsStandbyUnderAWorkload_AllRowsAreVerified()
    {
        var rows = Number("HACONNECT_VERIFY_ROWS") ?? Few;
        var isMeasured = rows != Few;
        var cluster = await StartClusterAsync(new PostgresClusterOptions
        {
            Standbys = 1,
            SynchronousStandbys = 0,
            Settings = { ["max_wal_size"] = "4GB", ["shared_buffers"] = isMeasured ? "512MB" : "64MB", ["checkpoint_timeout"] = "15min" },
        });
        await ExecuteAsync(cluster, "n1", "app",
            "CREATE TABLE accounts (id int PRIMARY KEY, branch int NOT NULL, balance bigint NOT NULL, rate numeric(12, 4) NOT NULL, owner text NOT NULL, changed timestamptz NOT NULL DEFAULT now())",
            $"INSERT INTO accounts SELECT i, i % 1000, i, i / 7.0, 'owner of account ' || i FROM generate_series(1, {rows.ToString(CultureInfo.InvariantCulture)}) i",
            "CREATE TABLE history (account int NOT NULL, delta int NOT NULL, at timestamptz NOT NULL DEFAULT now())", "VACUUM (ANALYZE) accounts", "CHECKPOINT");
        await UntilAsync("the standby has all", async () =>
        {
            var position = await cluster["n1"].ScalarAsync<string>("SELECT pg_current_wal_lsn()::text", Cancelled);
            return await cluster["n2"].ScalarAsync<bool>($"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn", Cancelled);
        }, TimeSpan.FromMinutes(10));
        var quiet = isMeasured ? TimeSpan.FromSeconds(15) : TimeSpan.FromMilliseconds(300);
        List<RowsRound> measured = [];
        await using (var load = new LoadClient(Connection(cluster, "n1"), Transaction, rows, clients: 2, TimeSpan.FromMilliseconds(2)))
        {
            await UntilAsync("the load", () => Task.FromResult(load.Count > 100));
            for (var round = 0; round < Rounds; round++)
            {
                var begin = TimeProvider.System.GetTimestamp();
                await Task.Delay(quiet, TimeProvider.System, Cancelled);
                var startedAt = TimeProvider.System.GetTimestamp();
                var report = await Verification.RunAsync(Side(cluster, "n1"), Side(cluster, "n2"), new VerificationOptions(), Cancelled);
                var endedAt = TimeProvider.System.GetTimestamp();
                Assert.Equal((0L, 0L, VerificationVerdict.Met), (report.DifferentRows, report.UnjudgedRows, report.Verdict));
                Assert.True(report.Rows >= rows, $"{report.Rows}");
                measured.Add(new RowsRound(report.Rows, TimeProvider.System.GetElapsedTime(startedAt, endedAt), load.Latencies(begin, startedAt), load.Latencies(startedAt, endedAt)));
            }
        }

        RowsTable.Save(measured);
        if (!isMeasured)
            return;
        Assert.All(measured, r => Assert.True(r.Took * (10_000_000.0 / r.Rows) <= s_within, $"{r.Rows} rows took {r.Took}"));
        Assert.True(RowsTable.Ratio(measured) <= MostLatency, $"the median latency was {RowsTable.Ratio(measured):0.00} times as high");
    }

    private static int? Number(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
