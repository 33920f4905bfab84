using HaConnect;
using HaConnect.EntityFrameworkCore;
using HaConnect.EntityFrameworkCore.Connections;
using HaConnect.EntityFrameworkCore.Retries;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Entity Framework Core on a HaConnect cluster.</summary>
public static class HaDbContextOptionsBuilderExtensions
{
    /// <summary>
    /// Configures the context to use a HaConnect cluster, by Npgsql's provider: it follows every failover and switchover, repeats what is certainly not applied, and finds out what became of
    /// a COMMIT whose outcome was lost. The data source is the one that <c>AddHaDatabase</c> registered in the application's services.
    /// </summary>
    /// <remarks>
    /// Types that are mapped by the data source (enums, composites, plug-ins such as NodaTime) have to be configured twice: by <c>ConfigureDataSource</c> of <c>AddHaDatabase</c>, and in
    /// <paramref name="npgsqlOptionsAction"/>. SaveChanges runs in a transaction, unless <c>Database.AutoTransactionBehavior</c> is <c>Never</c>: then it is as with Npgsql alone, and nothing is repeated.
    /// </remarks>
    /// <param name="optionsBuilder">The options of the context.</param>
    /// <param name="npgsqlOptionsAction">What Npgsql's provider is told besides. An execution strategy that it sets replaces HaConnect's.</param>
    /// <param name="haOptionsAction">What HaConnect is told besides.</param>
    /// <exception cref="InvalidOperationException">There are no application services, or <c>AddHaDatabase</c> was not called.</exception>
    public static DbContextOptionsBuilder UseHaDatabase(
        this DbContextOptionsBuilder optionsBuilder, Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null, Action<HaDbContextOptionsBuilder>? haOptionsAction = null) =>
        optionsBuilder.UseHaDatabase(Registered(optionsBuilder, key: null), npgsqlOptionsAction, haOptionsAction);

    /// <inheritdoc cref="UseHaDatabase(DbContextOptionsBuilder, Action{NpgsqlDbContextOptionsBuilder}, Action{HaDbContextOptionsBuilder})"/>
    /// <param name="optionsBuilder">The options of the context.</param>
    /// <param name="serviceKey">The key of <c>AddKeyedHaDatabase</c>.</param>
    /// <param name="npgsqlOptionsAction">What Npgsql's provider is told besides. An execution strategy that it sets replaces HaConnect's.</param>
    /// <param name="haOptionsAction">What HaConnect is told besides.</param>
    public static DbContextOptionsBuilder UseKeyedHaDatabase(
        this DbContextOptionsBuilder optionsBuilder, object serviceKey, Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null, Action<HaDbContextOptionsBuilder>? haOptionsAction = null)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        return optionsBuilder.UseHaDatabase(Registered(optionsBuilder, serviceKey), npgsqlOptionsAction, haOptionsAction);
    }

    /// <inheritdoc cref="UseHaDatabase(DbContextOptionsBuilder, Action{NpgsqlDbContextOptionsBuilder}, Action{HaDbContextOptionsBuilder})"/>
    /// <param name="optionsBuilder">The options of the context.</param>
    /// <param name="dataSource">The data source. Disposing the context does not dispose it.</param>
    /// <param name="npgsqlOptionsAction">What Npgsql's provider is told besides. An execution strategy that it sets replaces HaConnect's.</param>
    /// <param name="haOptionsAction">What HaConnect is told besides.</param>
    public static DbContextOptionsBuilder UseHaDatabase(
        this DbContextOptionsBuilder optionsBuilder, HaDataSource dataSource, Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null, Action<HaDbContextOptionsBuilder>? haOptionsAction = null)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        ArgumentNullException.ThrowIfNull(dataSource);
        var ha = new HaDbContextOptionsBuilder();
        haOptionsAction?.Invoke(ha);
        ((IDbContextOptionsBuilderInfrastructure)optionsBuilder).AddOrUpdateExtension(ha.Build(dataSource));
        return optionsBuilder.UseNpgsql(ContextDataSource.Of(dataSource), npgsql =>
        {
            npgsql.ExecutionStrategy(static dependencies => new HaExecutionStrategy(dependencies));
            npgsqlOptionsAction?.Invoke(npgsql);
        });
    }

    /// <inheritdoc cref="UseHaDatabase(DbContextOptionsBuilder, Action{NpgsqlDbContextOptionsBuilder}, Action{HaDbContextOptionsBuilder})"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseHaDatabase<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder, Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null, Action<HaDbContextOptionsBuilder>? haOptionsAction = null)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)((DbContextOptionsBuilder)optionsBuilder).UseHaDatabase(npgsqlOptionsAction, haOptionsAction);

    /// <inheritdoc cref="UseKeyedHaDatabase(DbContextOptionsBuilder, object, Action{NpgsqlDbContextOptionsBuilder}, Action{HaDbContextOptionsBuilder})"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseKeyedHaDatabase<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder, object serviceKey, Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null, Action<HaDbContextOptionsBuilder>? haOptionsAction = null)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)((DbContextOptionsBuilder)optionsBuilder).UseKeyedHaDatabase(serviceKey, npgsqlOptionsAction, haOptionsAction);

    /// <inheritdoc cref="UseHaDatabase(DbContextOptionsBuilder, HaDataSource, Action{NpgsqlDbContextOptionsBuilder}, Action{HaDbContextOptionsBuilder})"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseHaDatabase<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder, HaDataSource dataSource, Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null,
        Action<HaDbContextOptionsBuilder>? haOptionsAction = null)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)((DbContextOptionsBuilder)optionsBuilder).UseHaDatabase(dataSource, npgsqlOptionsAction, haOptionsAction);

    private static HaDataSource Registered(DbContextOptionsBuilder optionsBuilder, object? key)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        if (optionsBuilder.Options.FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider is not { } services)
        {
            throw new InvalidOperationException(
                "UseHaDatabase looks for its data source in the application's services, and this context has none: register it by AddDbContext, or AddDbContextPool, or pass a HaDataSource to UseHaDatabase.");
        }

        return services.GetKeyedService<HaDataSource>(key)
            ?? throw new InvalidOperationException(key is null ? "No HaDataSource is registered: call services.AddHaDatabase." : $"No HaDataSource is registered by the key '{key}': call services.AddKeyedHaDatabase.");
    }
}
