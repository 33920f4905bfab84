using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using HaConnect.Operations;
using HaConnect.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>An application verifies its cluster by itself.</summary>
public sealed class ScheduleTests : IntegrityTest
{
    [Fact]
    public async Task AddVerification_WhileTheHostRuns_EachStandbyIsVerifiedAgainAndTheOutcomeIsTold()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await ExecuteAsync(cluster, "n1", "app", "CREATE TABLE orders (id int PRIMARY KEY, mark text)", "INSERT INTO orders SELECT i, 'mark-' || md5(i::text) FROM generate_series(1, 200) i");
        await StandbyFile.ChangeAsync(cluster, "orders", "mark-a87ff679a2f3e71d9181a67b7542122c", "mark-a87ff679a2f3e71d9181a67b7542122d", Cancelled);
        var reports = new ConcurrentQueue<VerificationReport>();
        var audit = new RecordingAuditSink();
        ConcurrentDictionary<string, double> metrics = new(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == "HaConnect.Operations") l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => metrics[Key(instrument, tags)] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => metrics[Key(instrument, tags)] = value);
        listener.Start();

        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<IAuditSink>(audit);
        var options = ClusterOptions.Observe(cluster);
        builder.Services.AddHaDatabase(o =>
        {
            o.ConnectionString = options.ConnectionString;
            foreach (var node in options.Nodes)
                o.Nodes.Add(node);
        }).AddVerification((_, schedule) =>
        {
            (schedule.FirstAfter, schedule.Interval) = (TimeSpan.Zero, TimeSpan.FromSeconds(1));
            (schedule.Username, schedule.Password) = (cluster.Superuser.User, cluster.Superuser.Password);
            schedule.Verification.MaxLoad = 1;
            schedule.OnReport = (report, _) =>
            {
                reports.Enqueue(report);
                return reports.Count == 1 ? throw new InvalidOperationException("the callback's own trouble") : Task.CompletedTask;
            };
        });
        using var host = builder.Build();
        await host.StartAsync(Cancelled);
        await UntilAsync("two verifications", () => Task.FromResult(reports.Count >= 2), TimeSpan.FromSeconds(60));
        listener.RecordObservableInstruments();
        await host.StopAsync(Cancelled);

        Assert.All(reports, r => Assert.Equal(("n1", "n2", 200L, 1L), (r.Left, r.Right, r.Rows, r.DifferentRows)));
        var record = audit.Records.First(r => r.Step == "Verification");
        Assert.Equal((AuditKind.Drill, "n2", "failed"), (record.Kind, record.Node, record.After));
        Assert.Contains("\"verdict\":\"notMet\"", record.Data, StringComparison.Ordinal);
        Assert.DoesNotContain("mark-", record.Data + record.Sentence, StringComparison.Ordinal);
        Assert.Equal(0.995, metrics["haconnect.verification.rate n2"]);
        Assert.Equal(1, metrics["haconnect.verification.differences n2"]);
        Assert.True(metrics["haconnect.verification.time n2"] > 1_700_000_000);
    }

    private static string Key(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == "haconnect.node")
                return $"{instrument.Name} {tag.Value}";
        }

        return instrument.Name;
    }
}
