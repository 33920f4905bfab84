using System.Text.Json;
using HaConnect.Cli;
using HaConnect.Cli.Planning;
using HaConnect.Operations.Planning;

namespace HaConnect.Tests.Operations.Planning;

/// <summary>Names in files and commands; what is read from options, files and answers.</summary>
public sealed class PlanTextTests
{
    [Fact]
    public void Word_HostileText_IsOneWordOfAShell()
    {
        Assert.Equal("/var/lib/n1", ShellText.Word("/var/lib/n1"));
        Assert.Equal("''", ShellText.Word(""));
        Assert.Equal("'a b'", ShellText.Word("a b"));
        Assert.Equal("'it'\\''s; rm -rf \"$HOME\" `id` $(id) \\'", ShellText.Word("it's; rm -rf \"$HOME\" `id` $(id) \\"));
        Assert.Equal("'~root'", ShellText.Word("~root"));
    }

    [Fact]
    public void SettingAndPassFileField_HostileText_IsEscapedAsPostgresReadsIt()
    {
        Assert.Equal("'it''s \\\\n'", ShellText.Setting("it's \\n"));
        Assert.Equal("a\\:b\\\\c", ShellText.PassFileField("a:b\\c"));
    }

    [Fact]
    public void Of_HostileRoles_NeverLeaveTheirQuotes()
    {
        var plan = Plans.Three with { Database = "d\"'; DROP DATABASE x; --", Roles = new() { Application = "a\"b", Control = "c'd\\", Observer = "$(id)", Replication = "all" } };
        Assert.Empty(PlanCheck.Of(plan));
        var commands = NodeCommands.Of(plan, plan.Primary);
        Assert.Contains("CREATE ROLE \"a\"\"b\" LOGIN PASSWORD :'password';", commands, StringComparison.Ordinal);
        Assert.Contains("CREATE DATABASE \"d\"\"'; DROP DATABASE x; --\" OWNER \"a\"\"b\";", commands, StringComparison.Ordinal);
        Assert.Contains("printf '*:*:*:%s:%s\\n' '$(id)' \"$(cat observer.password)\"", commands, StringComparison.Ordinal);
        Assert.Contains("hostssl replication \"all\" 10.0.0.2/32 scram-sha-256", commands, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(ApplicationSettings.Json(plan));
        Assert.Equal("c'd\\", json.RootElement.GetProperty("HaDatabase").GetProperty("Failover").GetProperty("ControlUsername").GetString());
        Assert.Equal("d\"'; DROP DATABASE x; --", new Npgsql.NpgsqlConnectionStringBuilder(json.RootElement.GetProperty("HaDatabase").GetProperty("ConnectionString").GetString()).Database);
    }

    /// <summary>Without it the certificates that are not there would be asked for.</summary>
    [Fact]
    public void Json_WithoutTlsAwayFromLoopback_SaysSo()
    {
        Npgsql.SslMode ModeOf(PlanDescription plan) => new Npgsql.NpgsqlConnectionStringBuilder(ApplicationSettings.OptionsOf(plan).ConnectionString).SslMode;
        Assert.Equal(Npgsql.SslMode.VerifyFull, ModeOf(Plans.Three));
        Assert.Equal(Npgsql.SslMode.Disable, ModeOf(Plans.Three with { Tls = false }));
        Assert.Equal(Npgsql.SslMode.Prefer, ModeOf(new PlanDescription { Nodes = [new() { Name = "n1", Host = "localhost", Port = 5432 }, new() { Name = "n2", Host = "::1", Port = 5433 }] }));
    }

    /// <summary>A host's file says whether that is ::1, 127.0.0.1 or both.</summary>
    [Fact]
    public void Rules_OfLocalhost_AreForBothOfItsAddresses()
    {
        var plan = new PlanDescription { Nodes = [new() { Name = "n1", Host = "localhost", Port = 5432 }, new() { Name = "n2", Host = "localhost", Port = 5433 }] };
        Assert.Contains("host replication \"replicator\" samehost scram-sha-256", AccessRules.Of(plan, plan.Primary));
    }

    [Fact]
    public void NodesOf_EachForm_IsRead()
    {
        Assert.Equal(
            [new() { Name = "n1", Host = "db1", Port = 5433, Place = "zone a" }, new() { Name = "n2", Host = "db2" }, new() { Name = "n3", Host = "::1", Port = 5434 }, new() { Name = "n4", Host = "fe80::1" }],
            PlanOptions.NodesOf("--nodes", "n1=db1:5433@zone a, n2=db2,n3=[::1]:5434,n4=fe80::1"));
        Assert.Contains("'db1'; write name=host:port@place", Assert.Throws<UsageException>(() => PlanOptions.NodesOf("--nodes", "db1")).Message, StringComparison.Ordinal);
        Assert.Contains("the port is '99999'", Assert.Throws<UsageException>(() => PlanOptions.NodesOf("--nodes", "n1=db1:99999")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_WhatIsKept_IsReadAgain()
    {
        var kept = PlanJson.Write(Plans.Five);
        Assert.Equal(kept, PlanJson.Write(PlanJson.Read(kept)));
        Assert.DoesNotContain("required", kept, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("nodez", Assert.Throws<JsonException>(() => PlanJson.Read("{\"nodez\": []}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ask_Answers_AreTheDescription()
    {
        using var questions = new StringWriter();
        using var answers = new StringReader("n1=db1@a,n2=db2@b\nw1=db3@c\nasync\n30\n\n16\n");
        var plan = PlanQuestions.Ask(new PlanDescription(), answers, questions);
        Assert.Equal(("n1 n2", "w1", "async", 30, null, 16), (string.Join(' ', plan.Nodes.Select(n => n.Name)), plan.Witnesses[0].Name, plan.Rpo, plan.RtoSeconds, plan.ReadShare, plan.PostgresMajor));
        using var none = new StringReader("");
        Assert.Equal("no-nodes", PlanCheck.Of(PlanQuestions.Ask(new PlanDescription(), none, questions))[0].Code);
    }
}
