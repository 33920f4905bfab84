using HaConnect.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace HaConnect.ClusterTests.Commits;

/// <summary>A Polly pipeline of the application's own: it decides how often and when; whether it is safe, HaConnect decides.</summary>
public sealed class RetryPipelineTests(BlockedCluster shared) : IClassFixture<BlockedCluster>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReplacedStrategy_GivesUpAfterItsOwnNumberOfAttempts()
    {
        await using var db = Build((pipeline, retry) =>
        {
            retry.MaxRetryAttempts = 2;
            retry.Delay = TimeSpan.Zero;
            pipeline.AddRetry(retry);
        });
        var runs = 0;
        var error = await Assert.ThrowsAsync<PostgresException>(() => FailAsync(db, "40001", WorkKind.IdempotentWrite, () => runs++));
        Assert.Equal(("40001", 3), (error.SqlState, runs));
    }

    [Fact]
    public async Task NoStrategyAtAll_NothingIsRepeated()
    {
        await using var db = Build(static (_, _) => { });
        var runs = 0;
        await Assert.ThrowsAsync<PostgresException>(() => FailAsync(db, "40001", WorkKind.IdempotentWrite, () => runs++));
        Assert.Equal(1, runs);
    }

    /// <summary>And the pipeline has the builder's clock: a circuit that is open for an hour closes when an hour has passed by it.</summary>
    [Fact]
    public async Task CircuitBreakerAround_OpensAndClosesByTheBuildersClock()
    {
        var services = new ServiceCollection();
        var options = ClusterOptions.Observe(shared.Cluster);
        var time = new Later();
        services.AddSingleton<TimeProvider>(time);
        services.AddHaDatabase(o =>
        {
            o.ConnectionString = options.ConnectionString;
            foreach (var node in options.Nodes)
                o.Nodes.Add(node);
        }).ConfigureRetries((_, pipeline, retry) =>
        {
            pipeline.AddCircuitBreaker(new CircuitBreakerStrategyOptions { MinimumThroughput = 2, FailureRatio = 0.5, BreakDuration = TimeSpan.FromHours(1), ShouldHandle = static args => new(args.Outcome.Exception is PostgresException) });
            pipeline.AddRetry(retry);
        });
        await using var provider = services.BuildServiceProvider();
        var db = provider.GetRequiredService<HaDataSource>();
        var runs = 0;
        for (var i = 0; i < 2; i++)
            await Assert.ThrowsAsync<PostgresException>(() => FailAsync(db, "22012", WorkKind.Write, () => runs++));

        await Assert.ThrowsAsync<BrokenCircuitException>(() => FailAsync(db, "22012", WorkKind.Write, () => runs++));
        Assert.Equal(2, runs);

        time.By = TimeSpan.FromHours(2);
        await Assert.ThrowsAsync<PostgresException>(() => FailAsync(db, "22012", WorkKind.Write, () => runs++));
        Assert.Equal(3, runs);
    }

    /// <summary>A strategy that repeats everything, successes too: what could be applied twice is not run again.</summary>
    [Theory]
    [InlineData(WorkKind.Write, "40001", 1)]
    [InlineData(WorkKind.Never, "40001", 1)]
    [InlineData(WorkKind.IdempotentWrite, "22012", 4)]
    [InlineData(WorkKind.Write, null, 1)]
    [InlineData(WorkKind.IdempotentWrite, null, 1)]
    public async Task UnsafePipeline_RunsNothingTwiceThatMustNotBe(WorkKind kind, string? sqlState, int expected)
    {
        await using var db = Build(AlwaysRetry);
        var runs = 0;
        if (sqlState is null)
            Assert.Equal(7, await db.ExecuteAsync((_, _) => Task.FromResult(runs++ + 7), kind, Cancelled));
        else
            Assert.Equal(sqlState, (await Assert.ThrowsAsync<PostgresException>(() => FailAsync(db, sqlState, kind, () => runs++))).SqlState);
        Assert.Equal(expected, runs);
    }

    [Theory]
    [InlineData(WorkKind.Write, 1)]
    [InlineData(WorkKind.IdempotentWrite, 4)]
    public async Task UnsafePipeline_LostConnection_IsUnknownUnlessIdempotent(WorkKind kind, int expected)
    {
        await using var db = Build(AlwaysRetry);
        var runs = 0;
        await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => db.ExecuteAsync(
            async (connection, _) =>
            {
                runs++;
                await using var end = new NpgsqlCommand("SELECT pg_terminate_backend(pg_backend_pid())", connection);
                await end.ExecuteNonQueryAsync(Cancelled);
            },
            kind, Cancelled));
        Assert.Equal(expected, runs);
    }

    /// <summary>The attempt before may have been applied, whatever its repeat fails by.</summary>
    [Fact]
    public async Task RepeatThatFailsOtherwise_IsUnknownAllTheSame()
    {
        await using var db = Build(static (pipeline, retry) => pipeline.AddRetry(retry));
        var runs = 0;
        var error = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => db.ExecuteAsync(
            async (connection, token) =>
            {
                if (++runs == 2)
                    await RaiseAsync(connection, "23514", token);
                await using var end = new NpgsqlCommand("SELECT pg_terminate_backend(pg_backend_pid())", connection);
                await end.ExecuteNonQueryAsync(Cancelled);
            },
            WorkKind.IdempotentWrite, Cancelled));
        Assert.Contains("It is declared idempotent, and its repeat failed: 23514", error.Message, StringComparison.Ordinal);
        Assert.Equal(("23514", false, 2), (((PostgresException)error.InnerException!).SqlState, error.IsTransient, runs));
    }

    /// <summary>One transaction is the whole work: a failure before its COMMIT proves that nothing was applied.</summary>
    [Theory]
    [InlineData(WorkKind.Write, 2)]
    [InlineData(WorkKind.Never, 1)]
    public async Task Transaction_SerializationFailure_IsRunAgainUnlessNever(WorkKind kind, int expected)
    {
        await using var db = Build(static (pipeline, retry) => pipeline.AddRetry(retry));
        var runs = 0;
        var running = db.ExecuteInTransactionAsync(
            async (connection, _, token) =>
            {
                if (++runs == 1)
                    await RaiseAsync(connection, "40001", token);
                return 42;
            },
            new TransactionPolicy { Kind = kind }, Cancelled);
        if (kind == WorkKind.Never)
            await Assert.ThrowsAsync<PostgresException>(() => running);
        else
            Assert.Equal(42, await running);
        Assert.Equal(expected, runs);
    }

    [Fact]
    public async Task AttemptsAtTheSameTime_TheSecondIsRefused()
    {
        var refused = new TaskCompletionSource();
        await using var db = Build((pipeline, _) => pipeline.AddStrategy(_ => new TwoAtOnce(refused), new TwoAtOnceOptions()));
        var runs = 0;
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => db.ExecuteAsync(
            async (_, _) =>
            {
                runs++;
                await refused.Task;
            },
            WorkKind.IdempotentWrite, Cancelled));
        Assert.StartsWith("The pipeline made by ConfigureRetries begins an attempt while another one still runs", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, runs);
    }

    private sealed class TwoAtOnceOptions : ResilienceStrategyOptions;

    private sealed class TwoAtOnce(TaskCompletionSource refused) : ResilienceStrategy
    {
        protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
        {
            var first = callback(context, state).AsTask();
            var second = await callback(context, state);
            refused.SetResult();
            await first;
            return second;
        }
    }

    private static void AlwaysRetry(ResiliencePipelineBuilder pipeline, RetryStrategyOptions retry)
    {
        retry.ShouldHandle = static _ => new(true);
        retry.MaxRetryAttempts = 3;
        retry.Delay = TimeSpan.Zero;
        pipeline.AddRetry(retry);
    }

    private HaDataSource Build(Action<ResiliencePipelineBuilder, RetryStrategyOptions> configure) => new HaDataSourceBuilder(ClusterOptions.Observe(shared.Cluster)).ConfigureRetries(configure).Build();

    private static Task FailAsync(HaDataSource db, string sqlState, WorkKind kind, Action ran) => db.ExecuteAsync(
        (connection, token) =>
        {
            ran();
            return RaiseAsync(connection, sqlState, token);
        },
        kind, Cancelled);

    private static async Task RaiseAsync(NpgsqlConnection connection, string sqlState, CancellationToken token)
    {
        await using var raise = new NpgsqlCommand($"DO $$ BEGIN RAISE SQLSTATE '{sqlState}'; END $$", connection);
        await raise.ExecuteNonQueryAsync(token);
    }

    private sealed class Later : TimeProvider
    {
        internal TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
    }
}
