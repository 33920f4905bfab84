using HaConnect.Operations;
using HaConnect.Operations.Drills;
using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Running;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Operations.Drills;

/// <summary>What is told of the way back, wherever it is called off.</summary>
public sealed class FirstShapeTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _broughtBack = [];
    private readonly GivenTarget _target;
    private readonly FirstShape _shape;

    public FirstShapeTests()
    {
        _target = new GivenTarget(this);
        _shape = new FirstShape(_target, new DrillOptions(), new DrillTimeline(_time), _time);
    }

    /// <summary>The switchover may be done all the same: whoever tidies up has to know that the interim primary is to be brought back.</summary>
    [Fact]
    public async Task SwitchBack_CalledOffWhileItIsAskedFor_LeavesTheInterimPrimaryToBeBroughtBack()
    {
        _target.Switchover = async () =>
        {
            await _stop.CancelAsync();
            throw new OperationCanceledException(_stop.Token);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _shape.SwitchBackAsync("n1", "n2", _stop.Token));
        Assert.Equal(["n2"], _shape.NotBack);
    }

    /// <summary>The answer to the first try was lost; it was done.</summary>
    [Fact]
    public async Task SwitchBack_FirstIsThePrimaryAlready_IsDone()
    {
        _target.Switchover = () => Task.FromResult(new SwitchoverResult(false, "n1", 3, "n1 is the primary already"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _shape.SwitchBackAsync("n1", "n2", _stop.Token)); // it is called off once n2 is asked for
        Assert.Equal(["switched back: n1 is the primary of term 3", "brought back: n2 by hand"], _shape.Steps);
        Assert.Equal(["n2"], _broughtBack);
        Assert.Empty(_shape.Problems);
    }

    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        _stop.Dispose();
    }

    private sealed class GivenTarget : IDrillTarget
    {
        private readonly FirstShapeTests _test;

        internal GivenTarget(FirstShapeTests test)
        {
            _test = test;
            Options = new HaDatabaseOptions { ConnectionString = "Username=app;Database=app", Nodes = { new() { Name = "n1", Host = "db1" }, new() { Name = "n2", Host = "db2" } } };
            Database = new HaDataSourceBuilder(Options).UseTimeProvider(test._time).Build(); // never started: no server is asked
        }

        public bool IsLocal => false;

        public HaDatabaseOptions Options { get; }

        public HaDataSource Database { get; }

        public IReadOnlyList<DrillServer> Servers => [];

        public string Fault => "command";

        public IReadOnlyList<(string Name, string Value)> Facts => [];

        public IReadOnlyList<string> NotProven => [];

        public IReadOnlyDictionary<string, string> CommandEnvironment => new Dictionary<string, string>();

        internal Func<Task<SwitchoverResult>> Switchover { get; set; } = null!;

        public string Verifier(DrillServer server) => "";

        public IReadOnlyList<string> Struck(string primary) => [primary];

        public string Tell(string primary) => "";

        public Task StrikeAsync(string primary, CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task<string> BringBackAsync(string node, CancellationToken cancellationToken)
        {
            _test._broughtBack.Add(node);
            await _test._stop.CancelAsync();
            return "by hand";
        }

        public Task<SwitchoverResult> SwitchoverAsync(string? node, IProgress<string> progress, CancellationToken cancellationToken) => Switchover();

        public Task AddTimelineAsync(DrillTimeline timeline, DateTimeOffset since, DrillServer primary, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<string> LeaveAsync(string? primary, IReadOnlyList<string> notBack) => Task.FromResult("");

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
