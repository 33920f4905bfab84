using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace HaConnect.EntityFrameworkCore.Contexts;

/// <summary>What <c>UseHaDatabase</c> adds to the options of a context: services that exist once for each context.</summary>
internal sealed class HaOptionsExtension(HaDataSource dataSource, ReadPolicy? reads, CommitGuarantee guarantee) : IDbContextOptionsExtension
{
    internal HaDataSource DataSource { get; } = dataSource;

    /// <summary>What the context asks for where it only reads; null where it writes.</summary>
    internal ReadPolicy? Reads { get; } = reads;

    internal CommitGuarantee Guarantee { get; } = guarantee;

    /// <summary>Whether a session is reset before another one gets it.</summary>
    internal bool ResetsSessions { get; } = !new Npgsql.NpgsqlConnectionStringBuilder(dataSource.Runtime.Options.ConnectionString).NoResetOnClose;

    public DbContextOptionsExtensionInfo Info => new ExtensionInfo(this);

    public void ApplyServices(IServiceCollection services)
    {
        services.AddScoped<ContextState>();
        services.AddScoped<IResettableService>(static provider => provider.GetRequiredService<ContextState>());
        services.AddScoped<IInterceptors, InterceptorsInOrder>();
        services.AddScoped<IHaInterceptor, Connections.ConnectionInterceptor>();
        services.AddScoped<IHaInterceptor, Commits.TransactionInterceptor>();
        services.AddScoped<IHaInterceptor, Commits.CommandInterceptor>();
        services.AddScoped<IHaInterceptor, Commits.SaveInterceptor>();
        services.AddScoped<IHaInterceptor, Commits.SqlTag>();
    }

    public void Validate(IDbContextOptions options)
    {
        if (Reads is not null)
            Routing.ResolvedPolicy.Check(Reads, DataSource.Runtime.Options);
    }

    private sealed class ExtensionInfo(HaOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => extension.Reads is { } reads ? $"using HaConnect for reads ({reads}) " : "using HaConnect ";

        /// <summary>The services are the same for all: they take what differs from the options.</summary>
        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is ExtensionInfo;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["HaConnect"] = "1";
    }
}
