using System.Data.Common;
using HaConnect;
using HaConnect.DependencyInjection;
using HaConnect.Options;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a PostgreSQL cluster.</summary>
public static class HaDatabaseServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="HaDataSource"/> and <see cref="DbDataSource"/> (singletons), <see cref="NpgsqlConnection"/> and
    /// <see cref="DbConnection"/> (transient, unopened, at the primary), and a hosted service that watches the cluster. Options are
    /// validated when the host starts.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="connectionString">See <see cref="HaDatabaseOptions.ConnectionString"/>.</param>
    public static HaDatabaseBuilder AddHaDatabase(this IServiceCollection services, string connectionString) =>
        Add(services, key: null, o => o.Configure(options => options.ConnectionString = connectionString));

    /// <inheritdoc cref="AddHaDatabase(IServiceCollection, string)"/>
    /// <param name="services">The services.</param>
    /// <param name="configuration">A section with the members of <see cref="HaDatabaseOptions"/>.</param>
    public static HaDatabaseBuilder AddHaDatabase(this IServiceCollection services, IConfiguration configuration) =>
        Add(services, key: null, o => o.Bind(configuration));

    /// <inheritdoc cref="AddHaDatabase(IServiceCollection, string)"/>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static HaDatabaseBuilder AddHaDatabase(this IServiceCollection services, Action<HaDatabaseOptions> configure) =>
        Add(services, key: null, o => o.Configure(configure));

    /// <summary>As <see cref="AddHaDatabase(IServiceCollection, string)"/>, as keyed services: for a second cluster in one application.</summary>
    public static HaDatabaseBuilder AddKeyedHaDatabase(this IServiceCollection services, object serviceKey, string connectionString) =>
        Add(services, NotNull(serviceKey), o => o.Configure(options => options.ConnectionString = connectionString));

    /// <inheritdoc cref="AddKeyedHaDatabase(IServiceCollection, object, string)"/>
    public static HaDatabaseBuilder AddKeyedHaDatabase(this IServiceCollection services, object serviceKey, IConfiguration configuration) =>
        Add(services, NotNull(serviceKey), o => o.Bind(configuration));

    /// <inheritdoc cref="AddKeyedHaDatabase(IServiceCollection, object, string)"/>
    public static HaDatabaseBuilder AddKeyedHaDatabase(this IServiceCollection services, object serviceKey, Action<HaDatabaseOptions> configure) =>
        Add(services, NotNull(serviceKey), o => o.Configure(configure));

    private static object NotNull(object serviceKey)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        return serviceKey;
    }

    private static HaDatabaseBuilder Add(IServiceCollection services, object? key, Action<OptionsBuilder<HaDatabaseOptions>> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        var name = key is null ? Options.Options.DefaultName : $"HaConnect:{key}";
        configure(services.AddOptions<HaDatabaseOptions>(name).ValidateOnStart());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HaDatabaseOptions>, HaDatabaseOptionsValidator>());

        var builder = new HaDatabaseBuilder(services, name);
        services.TryAddKeyedSingleton(key, (provider, _) => builder.Build(provider));
        var shadow = services.LastOrDefault(d => d.ServiceType == typeof(DbDataSource) && Equals(d.ServiceKey, key));
        services.TryAddKeyedSingleton<DbDataSource>(key, (provider, k) => provider.GetRequiredKeyedService<HaDataSource>(k));
        services.TryAddKeyedTransient(key, (provider, k) => provider.GetRequiredKeyedService<HaDataSource>(k).CreateConnection());
        services.TryAddKeyedTransient<DbConnection>(key, (provider, k) => provider.GetRequiredKeyedService<HaDataSource>(k).CreateConnection());
        services.AddSingleton<IHostedService>(provider => new HaDatabaseHostedService(provider, key, shadow));
        return builder;
    }
}
