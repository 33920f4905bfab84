using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HaConnect.TestApplication;

/// <summary>
/// An ordinary application with HaConnect, configured by the environment (HaDatabase__…). It prints its audit records and its log as
/// lines of JSON, and stops in good order on SIGTERM.
/// </summary>
internal static class CoordinatingApplication
{
    internal static async Task<int> RunAsync()
    {
        await CreateBuilder().Build().RunAsync();
        return 0;
    }

    internal static HostApplicationBuilder CreateBuilder()
    {
        // Not the settings of another application, which may lie in the folder where the tests run.
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().AddJsonConsole();
        builder.Services.AddSingleton<IAuditSink, PrintingAuditSink>();
        if (builder.Configuration["DieAtFile"] is { } file)
            builder.Services.AddSingleton<IAuditSink>(new DyingAuditSink(file));
        builder.Services.AddHaDatabase(builder.Configuration.GetSection("HaDatabase"));
        return builder;
    }
}
