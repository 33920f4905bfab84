using OpenTelemetry.Metrics;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration;
var database = builder.Services.AddHaDatabase(settings.GetSection("HaDatabase"))
    .AddServerMetrics(servers => settings.GetSection("ServerMetrics").Bind(servers));

// One process of a cluster looks after these.
if (settings.GetSection("Drills").Exists())
    database.AddDrillHistory(drills => settings.GetSection("Drills").Bind(drills));
if (settings.GetSection("Backups").Exists())
    database.AddBackupCheck(settings.GetValue("Backups:Interval", TimeSpan.FromMinutes(5)), backups => settings.GetSection("Backups").Bind(backups));
if (settings.GetSection("Verification").Exists())
    database.AddVerification((_, verification) => settings.GetSection("Verification").Bind(verification));

builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
    .AddHaConnectInstrumentation()
    .AddMeter("Npgsql") // the pools of this application
    .AddPrometheusExporter());
builder.Services.AddHostedService<Orders>();

var app = builder.Build();
app.MapPrometheusScrapingEndpoint(); // /metrics
await app.RunAsync();
