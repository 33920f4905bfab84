using HaConnect;
using HaConnect.AspNetCore;
using HaConnect.AspNetCore.Consistency;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the middleware that carries causal tokens.</summary>
public static class HaConsistencyApplicationBuilderExtensions
{
    /// <summary>
    /// Each request that comes after it runs in a <see cref="CausalScope"/>: it sees what was written and read in it, and in earlier requests of the same client (<see cref="HaConsistencyOptions"/>). Put it after
    /// <c>UseExceptionHandler</c> and <c>UseAuthentication</c>, and before what uses the database.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <exception cref="InvalidOperationException"><c>AddHaConsistency</c> was not called.</exception>
    public static IApplicationBuilder UseHaConsistency(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService<IServiceProviderIsService>()?.IsService(typeof(ConsistencyCarrier)) == false)
            throw new InvalidOperationException("UseHaConsistency needs services that are not registered. Call builder.Services.AddHaConsistency() before the application is built.");
        return app.UseMiddleware<ConsistencyMiddleware>(app.ApplicationServices.GetRequiredService<ConsistencyCarrier>());
    }
}
