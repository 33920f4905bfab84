using HaConnect.AspNetCore;
using HaConnect.AspNetCore.Problems;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the answer to errors of a cluster.</summary>
public static class HaProblemDetailsServiceCollectionExtensions
{
    /// <summary>
    /// Errors of the cluster that reach <c>app.UseExceptionHandler()</c> are answered with RFC 9457 problem details: 503 with <c>Retry-After</c> while there is no primary, or no replica that is fresh enough; 500 of a
    /// type of its own where the outcome of a commit is not known, which must not be repeated blindly; 409 where a causal token cannot be honoured. Outside of Development nothing of the cluster is
    /// told. What <c>AddProblemDetails</c> customizes holds for them too.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; validated at start.</param>
    public static IServiceCollection AddHaProblemDetails(this IServiceCollection services, Action<HaProblemDetailsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<HaProblemDetailsOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HaProblemDetailsOptions>, HaProblemDetailsOptionsValidator>());
        services.AddProblemDetails();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<Microsoft.AspNetCore.Diagnostics.IExceptionHandler, HaExceptionHandler>());
        return services;
    }
}
