using HaConnect;
using HaConnect.TestApplication;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// An ordinary application with HaConnect, configured by the environment (HaDatabase__…). It prints its audit records and its log as
// lines of JSON, and stops in good order on SIGTERM.
var builder = Host.CreateApplicationBuilder(args);
builder.Logging.ClearProviders().AddJsonConsole();
builder.Services.AddSingleton<IAuditSink, PrintingAuditSink>();
builder.Services.AddHaDatabase(builder.Configuration.GetSection("HaDatabase"));
await builder.Build().RunAsync();
