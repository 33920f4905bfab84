using HaConnect;
using HaConnect.AspNetCore;
using HaConnect.AspNetCore.Consistency;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what carries causal tokens between browsers and services.</summary>
public static class HaConsistencyServiceCollectionExtensions
{
    /// <summary>
    /// For <c>app.UseHaConsistency()</c>: requests see what the same client wrote and read before. Adds ASP.NET Core Data Protection, which protects the tokens; where several instances serve the
    /// same clients, they need the same key ring, as for authentication cookies.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; validated at start.</param>
    public static IServiceCollection AddHaConsistency(this IServiceCollection services, Action<HaConsistencyOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<HaConsistencyOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HaConsistencyOptions>, HaConsistencyOptionsValidator>());
        services.AddDataProtection();
        services.TryAddSingleton<ConsistencyCarrier>();
        return services;
    }

    /// <summary>
    /// Requests of this client carry the token of the ambient <see cref="CausalScope"/>, so that the other service sees what was written and read here before; what it answers is observed
    /// by the scope. Only for clients of services that use the same cluster: the header goes wherever the client sends requests.
    /// </summary>
    /// <param name="builder">The client.</param>
    public static IHttpClientBuilder AddHaConsistency(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHaConsistency();
        return builder.AddHttpMessageHandler(provider => new ConsistencyHandler(provider.GetRequiredService<ConsistencyCarrier>(), provider.GetRequiredService<ILogger<ConsistencyHandler>>()));
    }
}
