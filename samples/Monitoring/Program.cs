using OpenTelemetry.Metrics;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddHaDatabase(builder.Configuration.GetSection("HaDatabase"))
    .AddServerMetrics(servers => builder.Configuration.GetSection("ServerMetrics").Bind(servers));
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
    .AddHaConnectInstrumentation()
    .AddMeter("Npgsql") // the pools of this application
    .AddPrometheusExporter());
builder.Services.AddHostedService<Orders>();

var app = builder.Build();
app.MapPrometheusScrapingEndpoint(); // /metrics
await app.RunAsync();
