using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaConnect.Tests.DependencyInjection;

public sealed class ConfigurationBindingTests
{
    [Fact]
    public void AddHaDatabase_Section_BindsEveryOption()
    {
        var options = Bind(new()
        {
            ["ConnectionString"] = "Username=app",
            ["ClusterName"] = "orders",
            ["EncryptedAtRest"] = "true",
            ["Environment"] = "Staging",
            ["Nodes:0:Name"] = "alpha",
            ["Nodes:0:Host"] = "db1",
            ["Nodes:0:Port"] = "5433",
            ["Nodes:0:Priority"] = "3",
            ["Nodes:0:Zone"] = "east",
            ["Nodes:0:Weight"] = "50",
            ["Nodes:1:Host"] = "db2",
            ["Nodes:1:Synchronous"] = "false",
            ["Discovery:Interval"] = "00:00:10",
            ["Discovery:Timeout"] = "00:00:02",
            ["Discovery:ReportedStandbys"] = "false",
            ["Discovery:ForgetAfter"] = "00:03:00",
            ["Probing:Interval"] = "00:00:00.2",
            ["Probing:SuspectInterval"] = "00:00:00.05",
            ["Probing:Timeout"] = "00:00:01",
            ["Probing:TimeoutsUntilUnreachable"] = "4",
            ["Routing:MaxReplicaLag"] = "00:00:02",
            ["Routing:Fallback"] = "Freshest",
            ["Routing:Consistency"] = "Strong",
            ["Routing:Replicas"] = "Asynchronous",
            ["Routing:Zone"] = "east",
            ["Routing:CatchUpTimeout"] = "00:00:00.3",
            ["Routing:Balancing"] = "RoundRobin",
            ["Routing:FailbackDelay"] = "00:00:07",
            ["Routing:FailbackRamp"] = "00:00:08",
            ["Routing:MaxPrimaryReadShare"] = "0.25",
            ["Routing:HedgeAfter"] = "00:00:00.04",
            ["Routing:LatencyWindow"] = "00:00:00.003",
            ["Connections:WaitTimeout"] = "00:00:12",
            ["Failover:Mode"] = "Coordinate",
            ["Failover:ControlDatabase"] = "control",
            ["Failover:ControlUsername"] = "ha",
            ["Failover:ControlPassword"] = "pw",
            ["Failover:RequiredSynchronousStandbys"] = "0",
            ["Failover:MaxDataLossBytes"] = "1024",
            ["Failover:Witnesses:0:Name"] = "tie",
            ["Failover:Witnesses:0:Host"] = "w",
            ["Failover:Witnesses:0:Port"] = "6000",
            ["Failover:Replication:Username"] = "repl",
            ["Failover:Replication:Password"] = "rpw",
            ["Failover:Replication:PassFile"] = "/pass",
            ["Failover:Replication:SslMode"] = "verify-full",
            ["Failover:Replication:KeepSlots"] = "true",
            ["Failover:LeaseDuration"] = "00:00:05",
            ["Failover:StepTimeout"] = "00:00:02",
            ["Failover:StartupGrace"] = "00:00:15",
            ["Failover:DropStandbyAfter"] = "00:01:00",
            ["Failover:DegradeAfter"] = "00:02:00",
            ["Failover:MaxFailovers"] = "5",
            ["Failover:FailoverWindow"] = "00:20:00",
            ["Failover:Fencing:Command"] = "/bin/fence",
            ["Failover:Fencing:Arguments:0"] = "--zone=a",
            ["Failover:Fencing:Timeout"] = "00:00:20",
            ["Failover:Fencing:DryRun"] = "true",
            ["Failover:WithoutMajority:Timeout"] = "00:00:07",
            ["Failover:WithoutMajority:Writes"] = "Allow",
            ["Failover:WithoutMajority:Reads"] = "Refuse",
        });

        Assert.Equal(
            """
            ClusterName=orders
            ConnectionString=Username=app
            Connections.WaitTimeout=00:00:12
            Discovery.ForgetAfter=00:03:00
            Discovery.Interval=00:00:10
            Discovery.ReportedStandbys=False
            Discovery.Timeout=00:00:02
            EncryptedAtRest=True
            Environment=Staging
            Failover.ControlDatabase=control
            Failover.ControlPassword=pw
            Failover.ControlUsername=ha
            Failover.DegradeAfter=00:02:00
            Failover.DropStandbyAfter=00:01:00
            Failover.FailoverWindow=00:20:00
            Failover.Fencing.Arguments[0]=--zone=a
            Failover.Fencing.Command=/bin/fence
            Failover.Fencing.DryRun=True
            Failover.Fencing.Timeout=00:00:20
            Failover.LeaseDuration=00:00:05
            Failover.MaxDataLossBytes=1024
            Failover.MaxFailovers=5
            Failover.Mode=Coordinate
            Failover.Replication.KeepSlots=True
            Failover.Replication.PassFile=/pass
            Failover.Replication.Password=rpw
            Failover.Replication.SslMode=verify-full
            Failover.Replication.Username=repl
            Failover.RequiredSynchronousStandbys=0
            Failover.StartupGrace=00:00:15
            Failover.StepTimeout=00:00:02
            Failover.WithoutMajority.Reads=Refuse
            Failover.WithoutMajority.Timeout=00:00:07
            Failover.WithoutMajority.Writes=Allow
            Failover.Witnesses[0].Host=w
            Failover.Witnesses[0].Name=tie
            Failover.Witnesses[0].Port=6000
            Nodes[0].Host=db1
            Nodes[0].Name=alpha
            Nodes[0].Port=5433
            Nodes[0].Priority=3
            Nodes[0].Synchronous=True
            Nodes[0].Weight=50
            Nodes[0].Zone=east
            Nodes[1].Host=db2
            Nodes[1].Name=
            Nodes[1].Port=5432
            Nodes[1].Priority=0
            Nodes[1].Synchronous=False
            Nodes[1].Weight=100
            Nodes[1].Zone=
            Probing.Interval=00:00:00.2000000
            Probing.SuspectInterval=00:00:00.0500000
            Probing.Timeout=00:00:01
            Probing.TimeoutsUntilUnreachable=4
            Routing.Balancing=RoundRobin
            Routing.CatchUpTimeout=00:00:00.3000000
            Routing.Consistency=Strong
            Routing.FailbackDelay=00:00:07
            Routing.FailbackRamp=00:00:08
            Routing.Fallback=Freshest
            Routing.HedgeAfter=00:00:00.0400000
            Routing.LatencyWindow=00:00:00.0030000
            Routing.MaxPrimaryReadShare=0.25
            Routing.MaxReplicaLag=00:00:02
            Routing.Replicas=Asynchronous
            Routing.Zone=east
            """,
            string.Join('\n', Flatten(options, "").Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void AddHaDatabase_SectionWithOneNode_AddsToNoDefaultList() =>
        Assert.Equal("db1", Assert.Single(Bind(new() { ["Nodes:0:Host"] = "db1" }).Nodes).Host);

    [Fact]
    public void AddKeyedHaDatabase_TwoSections_AreKeptApart()
    {
        var configuration = Configuration(new() { ["A:ConnectionString"] = "Host=a", ["B:ConnectionString"] = "Host=b" });
        var services = new ServiceCollection();
        services.AddKeyedHaDatabase("a", configuration.GetSection("A"));
        services.AddKeyedHaDatabase("b", configuration.GetSection("B"));
        using var provider = services.BuildServiceProvider();
        var monitor = provider.GetRequiredService<IOptionsMonitor<HaDatabaseOptions>>();
        Assert.Equal(("Host=a", "Host=b"), (monitor.Get("HaConnect:a").ConnectionString, monitor.Get("HaConnect:b").ConnectionString));
    }

    private static HaDatabaseOptions Bind(Dictionary<string, string?> settings)
    {
        // Only the binding is looked at here; what is bound need not be valid.
        var services = new ServiceCollection();
        services.AddHaDatabase(Configuration(settings));
        services.Remove(services.Single(d => d.ServiceType == typeof(IValidateOptions<HaDatabaseOptions>) && d.ImplementationType?.Name == "HaDatabaseOptionsValidator"));
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<HaDatabaseOptions>>().Value;
    }

    private static IConfigurationRoot Configuration(Dictionary<string, string?> settings) => new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

    /// <summary>By reflection, so that an option added later and not bound here is missed by the comparison.</summary>
    private static IEnumerable<string> Flatten(object value, string path)
    {
        foreach (var property in value.GetType().GetProperties())
        {
            var member = property.GetValue(value);
            var name = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (member is IEnumerable<string> texts)
            {
                foreach (var (i, text) in texts.Index())
                    yield return string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]={text}");
            }
            else if (member is not string && member is System.Collections.IEnumerable items)
            {
                foreach (var line in items.Cast<object>().SelectMany((item, i) => Flatten(item, string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]"))))
                    yield return line;
            }
            else if (property.PropertyType.Namespace == "HaConnect" && property.PropertyType.IsClass)
            {
                foreach (var line in Flatten(member!, name))
                    yield return line;
            }
            else
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{name}={member}");
            }
        }
    }
}
