using HaConnect.Options;

namespace HaConnect.Tests.Options;

public sealed class ConfiguredNodeTests
{
    [Fact]
    public void DataNodesOf_HostsOfAConnectionString_AreNamedHostAndPort() =>
        Assert.Equal(
            [new("db1:5432", "db1", 5432, 0), new("db2:5433", "db2", 5433, 0)],
            ConfiguredNode.DataNodesOf(new HaDatabaseOptions { ConnectionString = "Host=db1,db2:5433;Username=app" }));

    [Fact]
    public void DataNodesOf_PortOfTheConnectionString_IsTheDefaultOfEachHost() =>
        Assert.Equal([6000, 6001], ConfiguredNode.DataNodesOf(new HaDatabaseOptions { ConnectionString = "Host=a,b:6001;Port=6000" }).Select(n => n.Port));

    [Fact]
    public void DataNodesOf_ListedNodes_KeepNameAndPriority()
    {
        var options = new HaDatabaseOptions
        {
            Nodes = { new HaNodeOptions { Name = "alpha", Host = "db1", Port = 5433, Priority = 7 }, new HaNodeOptions { Host = "db2" } },
        };
        Assert.Equal([new("alpha", "db1", 5433, 7), new("db2:5432", "db2", 5432, 0)], ConfiguredNode.DataNodesOf(options));
    }

    [Fact]
    public void WitnessesOf_WithoutName_IsNamedHostAndPort()
    {
        var options = new HaDatabaseOptions { Failover = { Witnesses = { new WitnessOptions { Host = "w" }, new WitnessOptions { Name = "tie", Host = "w2", Port = 6000 } } } };
        Assert.Equal([new("w:5432", "w", 5432, 0), new("tie", "w2", 6000, 0)], ConfiguredNode.WitnessesOf(options));
    }
}
