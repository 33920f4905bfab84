using HaConnect.Operations.Planning;

namespace HaConnect.Tests.Operations.Planning;

/// <summary>Descriptions that are refused, or built with a word of warning.</summary>
public sealed class PlanCheckTests
{
    private static readonly Dictionary<string, PlanDescription> s_bad = new()
    {
        ["no-nodes"] = new(),
        ["schema"] = Plans.Three with { SchemaVersion = 2 },
        ["rpo"] = Plans.Three with { Rpo = "1" },
        ["rpo-without-standby"] = Plans.Of("n1"),
        ["rto"] = Plans.Three with { RtoSeconds = 0 },
        ["read-share"] = Plans.Three with { ReadShare = 80 },
        ["degrade-after"] = Plans.Three with { DegradeAfterSeconds = 1 },
        ["version"] = Plans.Three with { PostgresMajor = 14 },
        ["max-connections"] = Plans.Three with { MaxConnections = 5 },
        ["name"] = Plans.Of("../n1 n2"),
        ["text"] = Plans.Three with { Database = "a\nb" },
        ["long-name"] = Plans.Three with { Database = new string('ä', 32) },
        ["superuser"] = Plans.Three with { Roles = new() { Superuser = "a\"b" } },
        ["shared-role"] = Plans.Three with { Roles = new() { Control = "app" } },
        ["path"] = Plans.Three with { Directory = "relative" },
        ["long-path"] = Plans.Three with { Directory = "/" + new string('d', 100) },
        ["clients"] = Plans.Three with { Clients = ["10.0.0.0/8 trust"] },
        ["host"] = Plans.Three with { Nodes = [.. Plans.Three.Nodes.Skip(1), Plans.Node("n9", 9) with { Host = "a b" }] },
        ["shared-directory"] = Plans.Three with { Nodes = [.. Plans.Three.Nodes.Select((n, i) => n with { Host = "127.0.0.1", Port = 6000 + i, DataDirectory = "/data" })] },
        ["invalid"] = Plans.Of("n1 n1 n3"),
    };

    public static TheoryData<string> Bad => [.. s_bad.Keys];

    [Theory]
    [MemberData(nameof(Bad))]
    public void Of_WhatCannotBe_IsRefusedByName(string code)
    {
        var problem = PlanCheck.Of(s_bad[code])[0];
        Assert.Equal((code, true), (problem.Code, problem.IsRefusal));
        Assert.DoesNotContain('\n', problem.Text);
    }

    [Theory]
    [InlineData("/a$b")]
    [InlineData("/a`b")]
    [InlineData("/a\"b")]
    [InlineData("/a\\b")]
    [InlineData("/a,b")]
    public void Of_PathThatAProgramWouldTakeOtherwise_IsRefused(string path) => Assert.Contains(PlanCheck.Of(Plans.Three with { Directory = path }), p => p is { Code: "path", IsRefusal: true });

    [Fact]
    public void Of_WhatCanBeBuilt_IsWarnedOfByName()
    {
        Warns(Plans.Three);
        Warns(Plans.Three with { RtoSeconds = 2 }, "rto-below-measured");
        Warns(Plans.Five with { RtoSeconds = 5 }, "rto-not-measured");
        Warns(Plans.TwoAndWitness, "one-copy");
        Warns(Plans.TwoAndWitness with { DegradeAfterSeconds = null, ReadShare = 0.5 }, "no-failover", "no-spare-standby", "reads-on-primary");
        Warns(Plans.ThreeInTwoPlaces, "no-majority-without-place");
        Warns(Plans.Of("n1 n2"), "too-few-voters", "no-failover", "no-spare-standby");
        Warns(Plans.Of("n1 n2 n3 w1"), "even-voters");
        Warns(Plans.Of("n1 n2 n3 n4 n5"), "many-synchronous");
        Warns(Plans.Three with { Nodes = [.. Plans.Three.Nodes.Select(n => n with { Place = "a" })] }, "one-place");
        Warns(Plans.Three with { Nodes = [.. Plans.Three.Nodes.Select((n, i) => n with { Host = i == 2 ? "10.0.0.1" : n.Host, Port = 5432 + i })] }, "shared-host");
        Warns(Plans.Three with { Nodes = [.. Plans.Three.Nodes.Select(n => n with { Host = $"{n.Name}.example.com" })] }, "names-in-hba");
        Warns(Plans.Three with { Tls = false }, "no-tls");
    }

    private static void Warns(PlanDescription plan, params string[] codes)
    {
        var problems = PlanCheck.Of(plan);
        Assert.Equal(codes, problems.Select(p => p.Code));
        Assert.All(problems, p => Assert.False(p.IsRefusal));
    }
}
