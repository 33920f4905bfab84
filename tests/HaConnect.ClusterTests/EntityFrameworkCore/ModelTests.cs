using HaConnect.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HaConnect.ClusterTests.EntityFrameworkCore;

/// <summary>How a model gets to its database, and types that are mapped twice.</summary>
public sealed class ModelTests : ClusterTest
{
    /// <summary>The first thing that an application does, before anything was probed.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Migrate_AsTheFirstThing_RunsAtThePrimaryAlone(bool isAsync)
    {
        var cluster = await StartClusterAsync();
        var services = new ServiceCollection();
        services.AddHaDatabase(options => Copy(ClusterOptions.Observe(cluster), options));
        services.AddDbContext<Moods>(options => options.UseHaDatabase(npgsql => npgsql.MigrationsAssembly(typeof(Moods).Assembly.FullName)));
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        var moods = scope.ServiceProvider.GetRequiredService<Moods>();
        if (isAsync)
            await moods.Database.MigrateAsync(Cancelled);
        else
            moods.Database.Migrate();
        moods.All.Add(new Diary { Mood = "good" });
        Assert.Equal(1, await moods.SaveChangesAsync(Cancelled));
        Assert.Equal("primary", await cluster["n1"].ScalarAsync<string>("SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary' END", Cancelled));
        Assert.Equal(["20260101000000_First"], await moods.Database.GetAppliedMigrationsAsync(Cancelled));
    }

    /// <summary>A database that is not there yet is made at the primary.</summary>
    [Fact]
    public async Task EnsureCreated_MakesTheDatabaseAndItsTables_UnlessThereAreAny()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Observe(cluster);
        options.ConnectionString = cluster.NodeConnectionString(cluster["n1"], cluster.Control, "fresh") is var direct
            ? new NpgsqlConnectionStringBuilder(direct) { Host = null, Database = "fresh" }.ConnectionString : "";
        await cluster["n1"].ExecuteAsync($"ALTER ROLE {cluster.Control.User} CREATEDB", Cancelled);
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilAsync("a primary", () => Task.FromResult(Look(db)));
        await using var moods = new Moods(new DbContextOptionsBuilder<Moods>().UseHaDatabase(db).Options);
        Assert.True(await moods.Database.EnsureCreatedAsync(Cancelled));
        moods.All.Add(new Diary { Mood = "new" });
        await moods.SaveChangesAsync(Cancelled);
        Assert.False(await moods.Database.EnsureCreatedAsync(Cancelled));

        // Any table counts for it, that of the tokens too: nothing is made then.
        await moods.Database.ExecuteSqlRawAsync("DROP TABLE \"All\"", Cancelled);
        Assert.False(await moods.Database.EnsureCreatedAsync(Cancelled));
        await Assert.ThrowsAsync<PostgresException>(() => moods.All.CountAsync(Cancelled));

        static bool Look(HaDataSource db)
        {
            db.Start();
            return db.Snapshot.Primary is not null;
        }
    }

    [Fact]
    public async Task Enums_MappedByTheDataSourceAndTheContext_AreWrittenAndRead()
    {
        var cluster = await StartClusterAsync();
        await cluster["n1"].ExecuteAsync("SELECT 1", Cancelled);
        await using var source = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"]) + ";Pooling=false");
        await using (var create = source.CreateCommand("CREATE TYPE weather AS ENUM ('sun', 'rain'); CREATE TABLE days (id int PRIMARY KEY, weather weather NOT NULL)"))
            await create.ExecuteNonQueryAsync(Cancelled);
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).ConfigureDataSource(s => s.MapEnum<Weather>("weather")).Build();
        await using var days = new Days(new DbContextOptionsBuilder<Days>().UseHaDatabase(db, npgsql => npgsql.MapEnum<Weather>("weather")).Options);
        days.All.Add(new Day { Id = 1, Weather = Weather.Rain });
        await days.SaveChangesAsync(Cancelled);
        Assert.Equal(Weather.Rain, await days.All.Where(d => d.Weather == Weather.Rain).Select(d => d.Weather).SingleAsync(Cancelled));
    }

    [Fact]
    public async Task ConfigureDataSource_OfTheContext_IsRefused()
    {
        await using var db = new HaDataSourceBuilder("Host=127.0.0.1;Port=1;Username=u;Database=d").Build();
        await using var days = new Days(new DbContextOptionsBuilder<Days>().UseHaDatabase(db, npgsql => npgsql.ConfigureDataSource(_ => { })).Options);
        Assert.Throws<NotSupportedException>(() => days.Database.GetDbConnection());
    }

    [Fact]
    public void UseHaDatabase_NothingRegistered_SaysWhatToCall()
    {
        var alone = Assert.Throws<InvalidOperationException>(() => new DbContextOptionsBuilder<Days>().UseHaDatabase());
        Assert.Contains("AddDbContext", alone.Message, StringComparison.Ordinal);
        using var provider = new ServiceCollection().AddDbContext<Days>(options => options.UseHaDatabase()).BuildServiceProvider();
        using var scope = provider.CreateScope();
        var missing = Assert.Throws<InvalidOperationException>(() => scope.ServiceProvider.GetRequiredService<Days>());
        Assert.Contains("services.AddHaDatabase", missing.Message, StringComparison.Ordinal);
        using var other = new ServiceCollection().AddDbContext<Days>(options => options.UseKeyedHaDatabase("reports")).BuildServiceProvider();
        using var otherScope = other.CreateScope();
        Assert.Contains("'reports'", Assert.Throws<InvalidOperationException>(() => otherScope.ServiceProvider.GetRequiredService<Days>()).Message, StringComparison.Ordinal);
        using var plain = new Days(new DbContextOptionsBuilder<Days>().UseNpgsql("Host=h").Options);
        Assert.Contains("UseHaDatabase", Assert.Throws<InvalidOperationException>(() => plain.Database.BeginReadScope()).Message, StringComparison.Ordinal);
    }

    private static void Copy(HaDatabaseOptions from, HaDatabaseOptions to)
    {
        to.ConnectionString = from.ConnectionString;
        to.Routing.MaxReplicaLag = from.Routing.MaxReplicaLag;
        foreach (var node in from.Nodes)
            to.Nodes.Add(node);
    }

    internal sealed class Diary
    {
        public int Id { get; init; }

        public required string Mood { get; init; }
    }

    internal sealed class Moods(DbContextOptions<Moods> options) : DbContext(options)
    {
        public DbSet<Diary> All => Set<Diary>();

        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
            optionsBuilder.ConfigureWarnings(w => w.Ignore(Microsoft.EntityFrameworkCore.Diagnostics.RelationalEventId.PendingModelChangesWarning)); // the migration is written by hand

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Diary>().ToTable("All");
    }

    [DbContext(typeof(Moods)), Migration("20260101000000_First")]
    internal sealed class First : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
            "All",
            table => new
            {
                Id = table.Column<int>().Annotation("Npgsql:ValueGenerationStrategy", Npgsql.EntityFrameworkCore.PostgreSQL.Metadata.NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                Mood = table.Column<string>(),
            },
            constraints: table => table.PrimaryKey("pk", t => t.Id));
    }

    internal enum Weather
    {
        Sun,
        Rain,
    }

    internal sealed class Day
    {
        public int Id { get; init; }

        public Weather Weather { get; init; }
    }

    internal sealed class Days(DbContextOptions<Days> options) : DbContext(options)
    {
        public DbSet<Day> All => Set<Day>();

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Day>(day =>
        {
            day.ToTable("days");
            day.Property(d => d.Id).HasColumnName("id").ValueGeneratedNever();
            day.Property(d => d.Weather).HasColumnName("weather");
        });
    }
}
