using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class SecurityChecksTests
{
    private const string Odd = "odd\n\"role'; ";
    private const string OddQuoted = "U&\"odd\\000a\"\"role'; \"";

    [Theory]
    [InlineData("local", "", "", "trust", "hba-trust-local")]
    [InlineData("host", "127.0.0.1", "255.255.255.255", "trust", "hba-trust-local")]
    [InlineData("host", "10.0.0.0", "255.0.0.0", "trust", "hba-trust")]
    [InlineData("host", "10.0.0.0", "255.0.0.0", "scram-sha-256", null)]
    [InlineData("host", "10.0.0.0", "255.0.0.0", "ldap", "hba-clear-password")]
    [InlineData("hostssl", "10.0.0.0", "255.0.0.0", "ldap", null)]
    [InlineData("host", "127.0.0.1", "255.255.255.255", "password", null)]
    [InlineData("host", "all", "", "scram-sha-256", "hba-replication-wide")]
    [InlineData("host", "::", "::", "scram-sha-256", "hba-replication-wide")]
    [InlineData("host", "all", "", "reject", null)]
    public void Find_Rule_IsJudged(string type, string address, string netmask, string method, string? code)
    {
        var seen = Healthy.Cluster().WithAccess(a => a with { Rules = [new() { Line = 7, Type = type, Databases = ["replication"], Users = ["replicator"], Address = address, Netmask = netmask, Method = method }] });
        Assert.Equal(code is null ? [] : [(code, "p")], Diagnosis.Of(seen).Select(f => (f.Code, f.Node!)));
    }

    [Fact]
    public void Find_HostileRoleName_IsQuotedInEveryStatement()
    {
        var seen = Healthy.Cluster();
        seen = seen with { Options = seen.Options with { ApplicationUser = Odd, ControlUser = Odd, ReplicationUser = Odd, ApplicationDatabase = Odd } };
        seen = seen.WithAccess(a => a with
        {
            Now = 1e9,
            Roles = [new(Odd) { MayCreateRoles = true, BypassesRowSecurity = true, MayLogIn = false, ConnectionLimit = 0, ValidUntil = 1, Powers = ["pg_read_server_files"], OwnPowers = ["pg_read_server_files"] }],
            Database = (Odd, false, 0),
            ReadOnly = [(Odd, Odd), (null, Odd), (Odd, null)],
        });
        var findings = Healthy.Problems(seen);
        Assert.Equal(10, findings.Count);
        Assert.All(findings.SelectMany(f => f.Sql!.Split('\n')), line =>
        {
            Assert.Contains(OddQuoted, line, StringComparison.Ordinal);
            Assert.EndsWith(";", line, StringComparison.Ordinal);
        });
        Assert.All(findings, f => Assert.Equal("p", f.RunAt));
    }

    [Fact]
    public void Find_BootstrapSuperuser_IsNotDegraded()
    {
        var seen = Healthy.Cluster().WithAccess(a => a with { Roles = [new("app") { IsSuperuser = true, IsBootstrap = true }, new("haconnect") { IsSuperuser = true, IsBootstrap = true }, new("replicator") { IsSuperuser = true, IsBootstrap = true }] });
        var findings = Healthy.Problems(seen);
        Assert.Equal([FindingCodes.ApplicationSuperuser, FindingCodes.ControlSuperuser, FindingCodes.ReplicationSuperuser], findings.Select(f => f.Code).Order(StringComparer.Ordinal));
        Assert.All(findings, f => Assert.Null(f.Sql));
    }

    [Fact]
    public void Find_ConnectionsThatAreNotEncrypted_AreToldAwayFromLoopback()
    {
        var seen = Healthy.Cluster().WithState("p", s => s with
        {
            ClearClients = [("app", "10.0.0.9", 3)],
            Senders = [new("a", "r", "10.0.0.2", "streaming", IsLocal: false, IsEncrypted: false, IsLogical: false), new("b", "r", "10.0.0.3", "streaming", IsLocal: false, IsEncrypted: true, IsLogical: false)],
        });
        var findings = Healthy.Problems(seen);
        Assert.Equal([FindingCodes.ClientWithoutTls, FindingCodes.ReplicationWithoutTls], findings.Select(f => f.Code));
        Assert.Contains("a at 10.0.0.2)", findings[1].Problem, StringComparison.Ordinal);
        Assert.Empty(Healthy.Problems(Healthy.Cluster().WithState("p", s => s with { Senders = [new("a", "r", "127.0.0.1", "streaming", IsLocal: true, IsEncrypted: false, IsLogical: false)] })));
    }
}
