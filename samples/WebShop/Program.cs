using HaConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using WebShop.Data;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddHaDatabase(builder.Configuration.GetSection("HaDatabase"));
builder.Services.AddDbContextPool<Shop>(options => options.UseHaDatabase()
    .ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning))); // the migration is written by hand
builder.Services.AddDbContextPool<ShopReads>(options => options.UseHaDatabase(haOptionsAction: ha => ha.ForReads()).UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking));
builder.Services.AddHealthChecks().AddHaDatabase();
builder.Services.AddHaProblemDetails();
builder.Services.AddHaConsistency(options => options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest); // so that it can be tried without a certificate

// Forms and tokens of one instance are good at the others, too: they share the keys.
builder.Services.AddDataProtection().SetApplicationName("shop").PersistKeysToFileSystem(new DirectoryInfo(builder.Configuration["KeyFolder"] ?? "keys"));
builder.Services.AddRazorPages();
var app = builder.Build();

await using (var scope = app.Services.CreateAsyncScope())
    await scope.ServiceProvider.GetRequiredService<Shop>().Database.MigrateAsync();

app.UseExceptionHandler();
app.UseHaConsistency(); // a browser sees its own order at once, at whichever instance and replica
app.MapRazorPages();
app.MapHealthChecks("/ready");
app.MapHaTopology("/ha"); // shown in the Development environment; elsewhere say who may see it
await app.RunAsync();
