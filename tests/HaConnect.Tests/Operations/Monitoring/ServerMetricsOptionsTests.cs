using HaConnect.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace HaConnect.Tests.Operations.Monitoring;

public sealed class ServerMetricsOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreWithinTheirBounds() => ServerMetricsOptions.Validate(new ServerMetricsOptions());

    [Fact]
    public void AddServerMetrics_IntervalsOutOfBounds_AreAllNamed()
    {
        var builder = new ServiceCollection().AddHaDatabase("Host=db1,db2;Username=app");

        var e = Assert.Throws<ArgumentException>(() => builder.AddServerMetrics(o => (o.Interval, o.SizeInterval) = (TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(2))));

        Assert.Contains("Interval is 00:00:00.0100000; it must be from 00:00:01 to 01:00:00.", e.Message, StringComparison.Ordinal);
        Assert.Contains("SizeInterval is 2.00:00:00; it must be from 00:00:01 to 1.00:00:00.", e.Message, StringComparison.Ordinal);
    }
}
