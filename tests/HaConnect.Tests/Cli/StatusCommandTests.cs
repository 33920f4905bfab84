using HaConnect.Cli.Output;
using HaConnect.Cli.Seeing;
using HaConnect.Status;

namespace HaConnect.Tests.Cli;

/// <summary>How the status looks, to the letter.</summary>
public sealed class StatusCommandTests
{
    private static readonly StatusDocument s_status = new(
        StatusDocument.Schema, "shop", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Levels.Warn, "Writes go to n1; n3 needs attention", "n1", 7, "established primary of term 7", false,
        "An instance holds the coordinator's locks of n1, n2.",
        [
            new NodeRow("n1", "db1", 5432, "a", "primary", "reachable", false, 3, "0/5000028", null, null, null, "writes", "15.18", "established primary of term 7"),
            new NodeRow("n2", "db2", 5432, null, "standby", "reachable", false, 3, "0/5000000", 40, 0.0213, "quorum", "reads", "15.18", "standby, proven to hold what was acked 21 ms ago"),
            new NodeRow("n3", "db3", 5433, null, "standby", "unreachable", true, 2, "0/4000000", null, null, null, null, null, "Connection refused, since 12 s"),
        ],
        [new WitnessStatus("w", "seen")],
        [new QuorumLine("voters", Levels.Ok, "3 voters [of 3]."), new QuorumLine("commits", Levels.Warn, "A commit waits for 1 of 2.")],
        ["Writes go to n1; n3 needs attention.", "n3: Connection refused, since 12 s."]);

    [Fact]
    public void Print_Table_IsForPeople() => Assert.Equal("""
        Writes go to n1; n3 needs attention
        Cluster shop, term 7, 2026-01-02 03:04:05 UTC

          node   address    role        state         tl         lsn      lag   bytes   sync     serves
        ─────────────────────────────────────────────────────────────────────────────────────────────────
          n1     db1:5432   primary     reachable      3   0/5000028        -       -   -        writes
          n2     db2:5432   standby     reachable      3   0/5000000   0.02 s      40   quorum   reads
          n3     db3:5433   (standby)   unreachable    2   0/4000000        -       -   -        -

        voters    3 voters [of 3].
        commits   A commit waits for 1 of 2.
        office    An instance holds the coordinator's locks of n1, n2.

        Problems:
          Writes go to n1; n3 needs attention.
          n3: Connection refused, since 12 s.

        """.ReplaceLineEndings("\n"), Printed(OutputFormat.Table));

    [Fact]
    public void Print_Csv_HasALineForEachNode() => Assert.Equal(
        "node,host,port,zone,role,state,stale,timeline,lsn,lag_bytes,lag_seconds,sync_state,serves,version,reason\r\n"
        + "n1,db1,5432,a,primary,reachable,false,3,0/5000028,,,,writes,15.18,established primary of term 7\r\n"
        + "n2,db2,5432,,standby,reachable,false,3,0/5000000,40,0.0213,quorum,reads,15.18,\"standby, proven to hold what was acked 21 ms ago\"\r\n"
        + "n3,db3,5433,,standby,unreachable,true,2,0/4000000,,,,,,\"Connection refused, since 12 s\"\r\n", Printed(OutputFormat.Csv));

    [Fact]
    public void Print_Json_IsReadableAndNamesItsSchema()
    {
        var json = Printed(OutputFormat.Json);
        Assert.StartsWith("{\n  \"schemaVersion\": 1,\n  \"cluster\": \"shop\",\n  \"at\": \"2026-01-02T03:04:05+00:00\",\n  \"level\": \"warn\",", json.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("An instance holds the coordinator's locks", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Levels.Ok, 0)]
    [InlineData(Levels.Warn, 1)]
    [InlineData(Levels.Bad, 2)]
    [InlineData(Levels.Unknown, 3)]
    public void ExitCode_IsThatOfTheLevel(string level, int code) => Assert.Equal(code, (s_status with { Level = level }).ExitCode);

    private static string Printed(OutputFormat format)
    {
        using var output = new StringWriter { NewLine = "\n" };
        StatusCommand.Print(Terminal.To(output, TextWriter.Null), s_status, format);

        // A table is padded to its width, which nobody sees.
        return format == OutputFormat.Table ? string.Join('\n', output.ToString().Split('\n').Select(l => l.TrimEnd())) : output.ToString();
    }
}
