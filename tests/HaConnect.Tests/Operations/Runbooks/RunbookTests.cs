using HaConnect.Operations;
using HaConnect.Operations.Runbooks;
using HaConnect.Probing;

namespace HaConnect.Tests.Operations.Runbooks;

/// <summary>What a runbook says; that its commands do what it says is shown on real servers.</summary>
public sealed class RunbookTests
{
    private static readonly ReplicationOptions s_replication = new() { Username = "replicator", Password = "streams-secretly" };

    private static RunbookFacts Facts(int required = 1, params string[] names)
    {
        string[] nodes = names is [] ? ["n1", "n2", "n3"] : names;
        return new RunbookFacts
        {
            Cluster = "shop",
            At = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Nodes = [.. nodes.Select((n, i) => new RunbookNode(n, $"db{i + 1}", 5432, MayAck: true)
            {
                Role = i == 0 ? "primary" : "standby",
                Timeline = 3,
                Server = new RunbookServer("15.18", $"/data/{n}", $"/data/{n}/postgresql.conf", "on", required == 0 ? "" : "ANY 1 (\"n2\",\"n3\")", HasTerms: true),
            })],
            Lost = nodes[0],
            Primary = nodes[0],
            Term = new TermRow(7, nodes[0], required == 0 ? [] : nodes[1..], required, IsEstablished: true),
            Username = "hacontrol",
            Replication = s_replication,
        };
    }

    [Fact]
    public void Write_ThreeNodes_NamesTermsHostsAndTheRule()
    {
        var text = Runbook.Write(Facts());
        Assert.Contains("Written 2026-01-02 03:04:05 UTC", text, StringComparison.Ordinal);
        Assert.Contains("The newest established term is 7, and its primary is `n1`.", text, StringComparison.Ordinal);
        Assert.Contains("A commit waits for 1 of 2: `n2`, `n3`.", text, StringComparison.Ordinal);
        Assert.Contains("**So that no acked write is lost, 2 of these 2 have to be cut off and asked.**", text, StringComparison.Ordinal);
        Assert.Contains("psql -X -v ON_ERROR_STOP=1 -d 'host=db2 port=5432 user=hacontrol dbname=postgres'", text, StringComparison.Ordinal);
        Assert.Contains("SET synchronous_standby_names = 'ANY 1 (\"n3\")'", text, StringComparison.Ordinal); // of n2
        Assert.Contains("primary_conninfo = 'host=db2 port=5432 user=replicator application_name=n3'", text, StringComparison.Ordinal);
        Assert.Contains("Every node was seen.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("streams-secretly", text, StringComparison.Ordinal);
    }

    /// <summary>However many must ack: an ack proves one, as the coordinators count.</summary>
    [Fact]
    public void Write_TwoOfThreeMustAck_AllThreeHaveToBeAsked() =>
        Assert.Contains("3 of these 3 have to be cut off and asked", Runbook.Write(Facts(2, "n1", "n2", "n3", "n4")), StringComparison.Ordinal);

    [Fact]
    public void Write_Asynchronous_SaysWhatMayBeLostAndNamesNobody()
    {
        var text = Runbook.Write(Facts(required: 0));
        Assert.Contains("Replication is asynchronous", text, StringComparison.Ordinal);
        Assert.Contains("**Do not go on before it is certain that it is down:**", text, StringComparison.Ordinal);
        Assert.Contains("ALTER SYSTEM SET synchronous_standby_names = '';", text, StringComparison.Ordinal);
        Assert.Contains("at least 2 of 2, and better all", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TwoDataNodes_SaysThatWritesWaitForTheLostOne()
    {
        var text = Runbook.Write(Facts(1, "n1", "n2"));
        Assert.Contains("**Its commits wait until `n1` is back**", text, StringComparison.Ordinal);
        Assert.Contains("SET synchronous_standby_names = 'ANY 1 (\"n1\")'", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NotCoordinated_LeavesTermsOut()
    {
        var text = Runbook.Write(Facts() with { Term = null, RecordsTerms = false });
        Assert.DoesNotContain("INSERT INTO haconnect.term", text, StringComparison.Ordinal);
        Assert.DoesNotContain("```sh term", text, StringComparison.Ordinal);
        Assert.Contains("A commit waits for 1 of 2: `n2`, `n3`.", text, StringComparison.Ordinal); // from synchronous_standby_names
    }

    /// <summary>To leave the terms out where there are some would make a promotion that no instance follows.</summary>
    [Fact]
    public void Write_WhetherThereAreTermsWasNotSeen_HasThemAndSaysSo()
    {
        var text = Runbook.Write(Facts() with { Term = null });
        Assert.Contains("INSERT INTO haconnect.term", text, StringComparison.Ordinal);
        Assert.Contains("**Whether there are terms was not seen**", text, StringComparison.Ordinal);
        Assert.Contains("whether a coordinator manages this cluster is not known", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NotSeen_SaysSoAndLeavesItToBeFilledIn()
    {
        var facts = Facts();
        var text = Runbook.Write(facts with { Nodes = [.. facts.Nodes.Select(n => n with { Server = null, Role = null, Timeline = null })], Unseen = ["n1: no answer."] });
        Assert.Contains("- n1: no answer.", text, StringComparison.Ordinal);
        Assert.Contains("data=/PATH/OF/ITS/DATA/FOLDER   # not seen: fill it in", text, StringComparison.Ordinal);
        Assert.Contains("Whether WAL is archived was not seen.", text, StringComparison.Ordinal);
    }

    /// <summary>Quotes, blanks, backslashes, ticks, dollars: as words of a shell, in conninfos, in SQL, and in Markdown.</summary>
    [Fact]
    public void Write_HostileNames_StayOneWordEach()
    {
        var facts = Facts(1, "n`1", "n$(2)", "n\\3") with
        {
            Username = "it's \"me\"",
            Database = "a b\\c'd",
        };
        facts = facts with { Nodes = [.. facts.Nodes.Select(n => n with { Server = n.Server! with { DataDirectory = "/data/it's ``` $(touch x)", ConfigFile = "/etc/o'conf/postgresql.conf" } })] };
        var text = Runbook.Write(facts);
        Assert.Contains(@"-d 'host=db2 port=5432 user='\''it\'\''s ""me""'\'' dbname='\''a b\\c\'\''d'\'''", text, StringComparison.Ordinal);
        Assert.Contains(@"data='/data/it'\''s ``` $(touch x)'", text, StringComparison.Ordinal);
        Assert.Contains("\n````sh stop-old\n", text, StringComparison.Ordinal); // longer than the ticks within
        Assert.Contains("``n`1``", text, StringComparison.Ordinal);
        Assert.Contains(@"SET primary_conninfo = 'host=db2 port=5432 user=replicator application_name=''n\\3''';", text, StringComparison.Ordinal);
        Assert.Contains(PosixShell.Quote(@"primary_conninfo = 'host=db1 port=5432 user=replicator application_name=''n\\\\3'''"), text, StringComparison.Ordinal); // in a file
        Assert.Contains("'a b\\c''d', 'by hand'", text, StringComparison.Ordinal);
        Assert.Contains(@"-o '-c config_file='\''/etc/o'\''\'\'''\''conf/postgresql.conf'\'''", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Witnesses_AreAskedForTheTermAndCounted()
    {
        var text = Runbook.Write(Facts() with { Witnesses = [new("w1", "db9", 5433, 0)] });
        Assert.Contains("4 voters; 3 are a majority.", text, StringComparison.Ordinal);
        Assert.Contains("-d 'host=db9 port=5433 user=hacontrol dbname=postgres' -A -t <<'SQL'\nSELECT split_part(value, ',', 1) FROM haconnect.register WHERE cluster = 'shop';", text, StringComparison.Ordinal);
        Assert.Contains("ARRAY['n1', 'n2', 'n3', 'w1']", text, StringComparison.Ordinal);
    }

    /// <summary>As after Failover.DegradeAfter: what coordinators refuse is not guided by hand either.</summary>
    [Fact]
    public void Write_PrimaryIsAlone_HasNoPromotionAndSaysWhatToDoInstead()
    {
        var text = Runbook.Write(Facts(required: 0) with { ConfiguredRequired = 1 });
        Assert.Contains("**`n1` takes writes alone**, by term 7: no commit waits for a standby, though the settings ask for 1.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Replication is asynchronous", text, StringComparison.Ordinal);
        Assert.Contains("## B. No failover from `n1`\n\n`n1` takes writes alone, by term 7: **no other node may be promoted without losing what was written since, until a standby has caught up.**", text, StringComparison.Ordinal);
        Assert.Contains("Get `n1` back: start it, or put its disk into another host at the same address.", text, StringComparison.Ordinal);
        Assert.Contains("**no other node may be promoted until a standby has caught up**", text, StringComparison.Ordinal); // part D
        Assert.DoesNotContain("part B with", text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["restore", "restored", "forget", "forget-terms", "rebuild n2", "rebuild n3", "restored-names"], Steps(text));
        Assert.Contains("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (\"n2\",\"n3\")';", text, StringComparison.Ordinal); // after a restore
    }

    /// <summary>The term tells who has to ack the commits of its primary, and nothing of another's.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_LostIsNoPrimary_HasItsReturnOnly(bool hasTerms)
    {
        var facts = Facts() with { Lost = "n2" };
        var text = Runbook.Write(hasTerms ? facts : facts with { Term = null, RecordsTerms = false });
        Assert.Contains("**Parts B, D and E are not here:** they are about the loss of the primary, `n1`.", text, StringComparison.Ordinal);
        Assert.Contains("A commit waits for 1 of 2: `n2`, `n3`.", text, StringComparison.Ordinal);
        Assert.Equal(["rejoin n1", "rejoined n1"], Steps(text));
        Assert.Contains("data='/data/n2'", text, StringComparison.Ordinal);
        Assert.Contains("host=db1 port=5432 user=replicator application_name=n2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("it would be a second primary", text, StringComparison.Ordinal);
    }

    /// <summary>An application may keep its commit_token in the same schema.</summary>
    [Fact]
    public void Write_Restore_DropsTheCoordinatorsTablesByName()
    {
        var text = Runbook.Write(Facts());
        Assert.Contains("\nDROP TABLE IF EXISTS haconnect.term, haconnect.audit, haconnect.switchover, haconnect.pause;\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("DROP SCHEMA", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("it's \"quoted\" $(touch x) `y` \\ \n *")]
    [InlineData("''")]
    [InlineData("")]
    public async Task Quote_IsOneWordForAShell(string word)
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "there is no POSIX shell");
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", $"printf '<%s>' {PosixShell.Quote(word)}"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        Assert.Equal($"<{word}>", await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static string[] Steps(string text) => [.. text.Split('\n').Where(l => l.StartsWith("```sh ", StringComparison.Ordinal)).Select(l => l[6..])];
}
