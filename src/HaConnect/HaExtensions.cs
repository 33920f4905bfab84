using HaConnect.Audit;
using Npgsql;
using Polly;
using Polly.Retry;

namespace HaConnect;

/// <summary>What an application adds to a data source beside its options.</summary>
internal sealed record HaExtensions
{
    internal Action<NpgsqlDataSourceBuilder>? ConfigureDataSource { get; init; }

    internal Action<ResiliencePipelineBuilder, RetryStrategyOptions>? ConfigureRetries { get; init; }

    internal IReadOnlyList<IAuditSink> AuditSinks { get; init; } = [];

    internal IReadBalancer? Balancer { get; init; }
}
