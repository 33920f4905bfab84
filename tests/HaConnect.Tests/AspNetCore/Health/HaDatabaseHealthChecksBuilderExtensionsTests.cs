using HaConnect.AspNetCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace HaConnect.Tests.AspNetCore.Health;

public sealed class HaDatabaseHealthChecksBuilderExtensionsTests
{
    [Fact]
    public void AddHaDatabase_NothingSaid_IsTaggedReadyAlone()
    {
        var registration = Assert.Single(Registered(checks => checks.AddHaDatabase()));
        Assert.Equal(("ha-database", HealthStatus.Unhealthy), (registration.Name, registration.FailureStatus));
        Assert.Equal(["ready"], registration.Tags);
    }

    [Fact]
    public void AddHaDatabase_AllSaid_IsTaken()
    {
        var registration = Assert.Single(Registered(checks => checks.AddHaDatabase("db", HealthStatus.Degraded, ["a", "b"], TimeSpan.FromSeconds(3))));
        Assert.Equal(("db", HealthStatus.Degraded, TimeSpan.FromSeconds(3)), (registration.Name, registration.FailureStatus, registration.Timeout));
        Assert.Equal(new HashSet<string> { "a", "b" }, registration.Tags);
    }

    [Fact]
    public void AddKeyedHaDatabase_TwoClusters_HaveANameEach() =>
        Assert.Equal(["ha-database-orders", "ha-database-stock"], Registered(checks => checks.AddKeyedHaDatabase("orders").AddKeyedHaDatabase("stock")).Select(r => r.Name));

    [Theory]
    [InlineData(-1, 30, 1, "PrimaryGrace is -00:00:01; it must be zero")]
    [InlineData(601, 30, 1, "PrimaryGrace is 00:10:01; it must be zero")]
    [InlineData(5, 9, 1, "LoopTimeout is 00:00:09; it must be 00:00:10 to 01:00:00")]
    [InlineData(5, 30, 0, "MaxReplicaLag is 00:00:00; it must be 00:00:00.0400000")]
    public void AddHaDatabase_LimitOutOfBounds_NamesSettingValueAndBound(int grace, int loop, int lag, string message)
    {
        var e = Assert.Throws<OptionsValidationException>(() => Registered(checks => checks.AddHaDatabase(configure: o =>
        {
            o.PrimaryGrace = TimeSpan.FromSeconds(grace);
            o.LoopTimeout = TimeSpan.FromSeconds(loop);
            o.MaxReplicaLag = TimeSpan.FromSeconds(lag);
        })));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private static ICollection<HealthCheckRegistration> Registered(Action<IHealthChecksBuilder> add)
    {
        var services = new ServiceCollection();
        add(services.AddHealthChecks());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations;
    }
}
