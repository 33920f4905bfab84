using System.Text.Json;
using HaConnect.Operations;
using HaConnect.Operations.Auditing;

namespace HaConnect.Tests.Operations.Auditing;

/// <summary>What was measured goes through the whole trail with its record; a trail from before there was such a thing still verifies.</summary>
public sealed class AuditDataTests
{
    // As they were written before records had data.
    private static readonly string[] s_old =
    [
        """{"chain":"web-0a1b2c3d","seq":1,"at":"2026-01-02T03:04:05.1234567+00:00","cluster":"main","coordinator":"web-1","kind":"Election","step":"Surveying","sentence":"elected: web-1 is the coordinator, holding the locks of n1, n2, n3","prev":"0000000000000000000000000000000000000000000000000000000000000000","hash":"f4b5ebdcc964fce6c1ab7ca29095b8afc8140720caae7f0ed3eaf691e32392cc"}""",
        """{"chain":"web-0a1b2c3d","seq":2,"at":"2026-01-02T03:04:06+00:00","cluster":"main","coordinator":"web-1","term":2,"kind":"Act","step":"Establishing","node":"n2","sentence":"promoted: n2 has left recovery","before":"n1","after":"n2","duration":"00:00:00.3400000","prev":"f4b5ebdcc964fce6c1ab7ca29095b8afc8140720caae7f0ed3eaf691e32392cc","hash":"e999eb90d2e191bea2005974d6f73f511c9836fcb20ee53ce7290ad501151961"}""",
    ];

    [Fact]
    public void VerifyFolder_TrailFromBeforeThereWasData_IsIntactAndGoesOn()
    {
        using var trail = new GivenTrail();
        File.WriteAllText(Path.Combine(trail.Folder, "audit-00000001.jsonl"), string.Concat(s_old.Select(l => l + "\n")));
        HeadFile.Write(trail.Folder, new AuditHead("web-0a1b2c3d", 2, "e999eb90d2e191bea2005974d6f73f511c9836fcb20ee53ce7290ad501151961"));
        Assert.True(trail.Verify().IsIntact, $"{trail.Verify()}");
        using (var file = trail.Open())
            file.Write(GivenTrail.Record("a new one") with { Data = "{\"rows\":1}" });
        var result = trail.Verify();
        Assert.True(result.IsIntact, $"{result}");
        Assert.Equal(3, result.Records);
        Assert.Equal([null, null, "{\"rows\":1}"], AuditReader.ReadFolder(trail.Folder).Select(e => e.Record.Data));
    }

    [Fact]
    public async Task Write_Data_IsInTheLineAndInEveryExport()
    {
        using var trail = new GivenTrail();
        const string Data = "{\"sentence\":\"=1+1, \\\"quoted\\\" → and ü\",\"lost\":0}";
        using (var file = trail.Open())
            file.Write(GivenTrail.Record("measured", kind: AuditKind.Drill) with { Data = Data });
        var entries = AuditReader.ReadFolder(trail.Folder).ToList();
        Assert.Equal(Data, Assert.Single(entries).Record.Data);
        var (json, csv) = (new StringWriter(), new StringWriter());
        await AuditExport.WriteJsonLinesAsync(entries, json, TestContext.Current.CancellationToken);
        using var line = JsonDocument.Parse(json.ToString());
        Assert.Equal(Data, line.RootElement.GetProperty("data").GetString());
        await AuditExport.WriteCsvAsync(entries, csv, TestContext.Current.CancellationToken);
        Assert.Contains($",\"{Data.Replace("\"", "\"\"", StringComparison.Ordinal)}\",", csv.ToString(), StringComparison.Ordinal);
    }

    /// <summary>PostgreSQL's jsonb, into which the copy is cast, takes no NUL; a change of data is found as any other.</summary>
    [Fact]
    public void Write_DataWithNul_IsReplacedAndAnEditIsFound()
    {
        using var trail = new GivenTrail();
        using (var file = trail.Open())
            file.Write(GivenTrail.Record("measured") with { Data = "{\"a\":\"\0\"}" });
        Assert.Equal("{\"a\":\"\uFFFD\"}", Assert.Single(AuditReader.ReadFolder(trail.Folder)).Record.Data);
        GivenTrail.Change(trail.Segments[0], bytes => System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(bytes).Replace("\uFFFD", "x", StringComparison.Ordinal)));
        Assert.Equal(AuditProblemKind.Edited, Assert.Single(trail.Verify().Problems).Kind);
    }
}
