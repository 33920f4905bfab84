using HaConnect.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Audit;

/// <summary>What somebody asks for is recorded twice: that it is asked, and what became of it.</summary>
public sealed class CommandTrailTests
{
    private readonly KeepingSink _sink = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly CommandTrail _trail;
    private readonly AuditedCommand _command = new("Switchover", "alice", "n2", "a switchover to n2 is asked for");

    public CommandTrailTests() =>
        _trail = new CommandTrail(new AuditTrail([_sink], NullLogger.Instance), "main", "app1", () => Given.Snapshot(Given.Seen(Given.Node(1))), _time, NullLogger.Instance);

    [Fact]
    public async Task RunAsync_Switchover_WhoWhatBeforeAfterAndHowLong()
    {
        await _trail.RunAsync(_command, () =>
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            return Task.FromResult(new SwitchoverResult(true, "n2", 2, "n2 is the primary of term 2"));
        });
        Assert.Equal(
            [
                new AuditRecord(_time.GetUtcNow().AddSeconds(-2), "main", "app1", null, "Switchover", "n2", "a switchover to n2 is asked for") { Kind = AuditKind.Command, By = "alice" },
                new AuditRecord(_time.GetUtcNow(), "main", "app1", null, "Switchover", "n2", "n2 is the primary of term 2") { Kind = AuditKind.Command, By = "alice", Before = "n1", After = "n2", Duration = TimeSpan.FromSeconds(2) },
            ],
            _sink.Records);
    }

    [Fact]
    public async Task RunAsync_CalledOff_IsARefusal()
    {
        await _trail.RunAsync(_command, () => Task.FromResult(new SwitchoverResult(false, "n1", 1, "called off: too slow")));
        Assert.Equal((AuditKind.Refusal, "called off: too slow", "alice"), (_sink.Records[1].Kind, _sink.Records[1].Sentence, _sink.Records[1].By));
    }

    [Fact]
    public async Task RunAsync_Throws_IsARefusalAndThrown()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _trail.RunAsync(_command, () => throw new InvalidOperationException("not here")));
        Assert.Equal((AuditKind.Refusal, "Switchover: not here"), (_sink.Records[1].Kind, _sink.Records[1].Sentence));
    }

    [Fact]
    public async Task RunAsync_Cancelled_SaysThatNobodyWaits()
    {
        await Assert.ThrowsAsync<OperationCanceledException>(() => _trail.RunAsync(_command, () => throw new OperationCanceledException()));
        Assert.Equal((AuditKind.Command, "Switchover: whoever asked waits no more; what was begun goes on"), (_sink.Records[1].Kind, _sink.Records[1].Sentence));
    }

    [Theory]
    [InlineData(true, "PauseFailover: done", "automatic", "paused")]
    [InlineData(false, "PauseFailover: it was so already", null, null)]
    public async Task RunAsync_Pause_TellsWhetherItChangedSomething(bool isChanged, string sentence, string? before, string? after)
    {
        await _trail.RunAsync(new AuditedCommand("PauseFailover", "alice", null, "asked"), "automatic", "paused", () => Task.FromResult(isChanged));
        Assert.Equal((AuditKind.Command, sentence, before, after), (_sink.Records[1].Kind, _sink.Records[1].Sentence, _sink.Records[1].Before, _sink.Records[1].After));
    }

    [Fact]
    public async Task HaCluster_InObserveMode_RefusalHasItsAsker()
    {
        var options = new HaDatabaseOptions { ConnectionString = "Host=db1.invalid,db2.invalid;Application Name=shop" };
        await using var db = new HaDataSourceBuilder(options).AddAuditSink(_sink).Build();
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Cluster.OnBehalfOf("alice").PauseFailoverAsync("new switches", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Cluster.SwitchoverAsync("db2.invalid:5432", cancellationToken: TestContext.Current.CancellationToken));
        var commands = _sink.Records.Where(r => r.By is not null).ToList();
        Assert.Equal(["alice", "alice", $"{Environment.UserName} on {Environment.MachineName} (application shop)", $"{Environment.UserName} on {Environment.MachineName} (application shop)"], commands.Select(r => r.By));
        Assert.Equal("a pause of automatic failover is asked for: new switches", commands[0].Sentence);
        Assert.Equal([AuditKind.Command, AuditKind.Refusal, AuditKind.Command, AuditKind.Refusal], commands.Select(r => r.Kind));
        Assert.Throws<ArgumentException>(() => db.Cluster.OnBehalfOf(" "));
    }
}
