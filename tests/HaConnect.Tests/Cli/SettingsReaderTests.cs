using HaConnect.Cli;
using HaConnect.Cli.Connecting;

namespace HaConnect.Tests.Cli;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-tool-");

    [Fact]
    public void Read_SettingsOfAnApplication_BindsAllOfThem()
    {
        var options = SettingsReader.Read(null, File("""
            { "Shop": { "ConnectionString": "Username=app;Password=secret", "ClusterName": "shop",
                "Nodes": [ { "Name": "n1", "Host": "db1", "Port": 5433, "Priority": 7 }, { "Name": "n2", "Host": "db2" } ],
                "Routing": { "MaxReplicaLag": "00:00:02", "Fallback": "Wait" },
                "Failover": { "Mode": "Coordinate", "ControlUsername": "control", "Witnesses": [ { "Name": "w", "Host": "db9" } ], "Replication": { "Username": "replicator" } } } }
            """), "Shop");
        Assert.Equal(("shop", "Username=app;Password=secret"), (options.ClusterName, options.ConnectionString));
        Assert.Equal([("n1", "db1", 5433, 7), ("n2", "db2", 5432, options.Nodes[1].Priority)], options.Nodes.Select(n => (n.Name!, n.Host, n.Port, n.Priority)));
        Assert.Equal((TimeSpan.FromSeconds(2), ReadFallback.Wait), (options.Routing.MaxReplicaLag, options.Routing.Fallback));
        Assert.Equal((FailoverMode.Coordinate, "control", "replicator", "db9"), (options.Failover.Mode, options.Failover.ControlUsername, options.Failover.Replication.Username, options.Failover.Witnesses.Single().Host));
    }

    [Fact]
    public void Read_ConnectionOfTheCommandLine_ComesOnTopOfTheSettings()
    {
        var file = File("""{ "HaDatabase": { "ConnectionString": "Username=app;Password=secret;Database=shop", "Nodes": [ { "Name": "n1", "Host": "db1" } ] } }""");
        var same = SettingsReader.Read("Username=observer", file, "HaDatabase");
        Assert.Equal("db1", same.Nodes.Single().Host);
        Assert.Contains("Username=observer", same.ConnectionString, StringComparison.Ordinal);
        Assert.Contains("Database=shop", same.ConnectionString, StringComparison.Ordinal);
        var other = SettingsReader.Read("Host=a,b", file, "HaDatabase");
        Assert.Empty(other.Nodes);
        Assert.Contains("Host=a,b", other.ConnectionString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, """{ "Other": {} }""", "No cluster is named")]
    [InlineData("Host=a;Password=secret", "{}", "--connection has a password")]
    [InlineData("Host=a;Nonsense=1", "{}", "--connection cannot be read")]
    [InlineData(null, """{ "HaDatabase": { "Routing": { "MaxReplicaLag": "soon" } } }""", "cannot be read")]
    [InlineData(null, "{ not json", "cannot be read")]
    public void Read_WhatCannotBeUsed_SaysSoWithoutASecret(string? connection, string json, string expected)
    {
        var error = Assert.Throws<UsageException>(() => SettingsReader.Read(connection, File(json), "HaDatabase"));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileThatIsNotThere_NamesIt()
    {
        var missing = new FileInfo(Path.Combine(_folder.FullName, "none.json"));
        Assert.Contains(missing.FullName, Assert.Throws<UsageException>(() => SettingsReader.Read(null, missing, "HaDatabase")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private FileInfo File(string json)
    {
        var file = new FileInfo(Path.Combine(_folder.FullName, $"{Guid.NewGuid()}.json"));
        System.IO.File.WriteAllText(file.FullName, json);
        return file;
    }
}
