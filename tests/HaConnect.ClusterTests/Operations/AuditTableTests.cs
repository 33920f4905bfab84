using System.Globalization;
using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Operations;

/// <summary>The copy of an audit trail on a real cluster: whole after a time without a primary, a failover and a new process; and for adding only.</summary>
public sealed class AuditTableTests : ClusterTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("haconnect-audit-").FullName;

    [Fact]
    public async Task Copy_TimeWithoutPrimaryFailoverAndNewProcess_EveryRecordIsThereOnce()
    {
        var cluster = await StartClusterAsync();
        string chain;
        await using (var file = AuditFile.Open(_folder))
        {
            await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).AddAuditSink(file).Build();
            await UntilManagedAsync(db);
            await using var table = AuditTable.Start(file, db);
            await UntilCopiedAsync(table, file);
            chain = file.Head.Chain;
            Assert.True(file.Head.Seq > 3, $"{file.Head}");

            // Paused, so that there is no primary for as long as the test wants.
            await db.Cluster.OnBehalfOf("alice").PauseFailoverAsync("new switches", Cancelled);
            await cluster["n1"].KillAsync(Cancelled);
            await UntilAsync("the loss of the primary", () => Task.FromResult(db.Snapshot.Primary is null));
            for (var i = 0; i < 300; i++)
                file.Write(new AuditRecord(TimeProvider.System.GetUtcNow(), "main", "test", null, "Test", null, string.Create(CultureInfo.InvariantCulture, $"without a primary {i}")));
            Assert.True(table.CopiedUpTo < file.Head.Seq - 299);

            var result = await db.Cluster.OnBehalfOf("alice").FailoverAsync("main", cancellationToken: Cancelled);
            Assert.True(result.Succeeded, result.Reason);
            await UntilCopiedAsync(table, file);
            await AssertSameAsync(db, chain);

            var story = await AuditTable.ReadAsync(db, cancellationToken: Cancelled);
            foreach (var entry in story.Where(e => e.Record.Coordinator != "test"))
                TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entry.Record.At:HH:mm:ss.fff} {entry.Record.Kind,-13} term {entry.Record.Term} {entry.Record.Step} {entry.Record.By}: {entry.Record.Sentence} [{entry.Record.Before} -> {entry.Record.After}] {entry.Record.Duration}"));
            Assert.Equal(300, story.Count(e => e.Record.Sentence.StartsWith("without a primary", StringComparison.Ordinal)));
            var promoted = Assert.Single(story, e => e.Record.Sentence.StartsWith("promoted:", StringComparison.Ordinal)).Record;
            Assert.Equal((AuditKind.Act, "n1", result.Primary), (promoted.Kind, promoted.Before, promoted.After));
            Assert.NotNull(promoted.Duration);
            Assert.Contains(story, e => e.Record is { Kind: AuditKind.Command, By: "alice", Step: "PauseFailover", Before: "automatic", After: "paused: new switches" });
            Assert.Contains(story, e => e.Record is { Kind: AuditKind.Refusal, By: null } && e.Record.Sentence.StartsWith("failover refused:", StringComparison.Ordinal));
            Assert.Contains(story, e => e.Record is { Kind: AuditKind.Command, By: "alice", Step: "Failover", Before: "n1", Duration: not null } && e.Record.After == result.Primary);
            Assert.Contains(story, e => e.Record is { Kind: AuditKind.Election } && e.Record.Sentence.StartsWith("elected:", StringComparison.Ordinal));
            Assert.Contains(story, e => e.Record is { Kind: AuditKind.Configuration, Step: "Primary", Before: "n1, term 1" } && e.Record.After == $"{result.Primary}, term 2");
            Assert.Contains(story, e => e.Record is { Kind: AuditKind.Configuration, Step: "Options" });
        }

        // What was written without a table, and by the hand-over, comes with the next process.
        await using (var file = AuditFile.Open(_folder))
        {
            file.Write(new AuditRecord(TimeProvider.System.GetUtcNow(), "main", "test", null, "Test", null, "by the next process") { Kind = AuditKind.Drill, Data = "{\"sentence\":\"\\\"ü\\\" → 0 lost\"}" });
            await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).AddAuditSink(file).Build();
            await using var table = AuditTable.Start(file, db);
            await UntilCopiedAsync(table, file);
            Assert.Equal(chain, file.Head.Chain);
            await AssertSameAsync(db, chain);
            var story = await AuditTable.ReadAsync(db, new AuditFilter { Text = "stops and releases its locks" }, Cancelled);
            Assert.Single(story);
            Assert.Equal("{\"sentence\":\"\\\"ü\\\" → 0 lost\"}", Assert.Single(await AuditTable.ReadAsync(db, new AuditFilter { Kinds = [AuditKind.Drill] }, Cancelled)).Record.Data);
        }
    }

    [Fact]
    public async Task AuditSql_ControlUser_MayAddAndNothingElse_AndWhatASuperuserChangesIsFound()
    {
        var cluster = await StartClusterAsync();
        var control = $"\"{cluster.Control.User}\"";
        var script = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "audit.sql"), Cancelled);
        await cluster["n1"].ExecuteAsync(script.Replace(":\"control\"", control, StringComparison.Ordinal), Cancelled);
        await using var file = AuditFile.Open(_folder);
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).AddAuditSink(file).Build();
        await UntilManagedAsync(db);
        await using var table = AuditTable.Start(file, db);
        await UntilCopiedAsync(table, file);

        if (cluster.MajorVersion >= 15) // before, the control user is a superuser
        {
            await using var connection = new NpgsqlConnection(cluster.NodeConnectionString(cluster["n1"], cluster.Control, "postgres"));
            await connection.OpenAsync(Cancelled);
            foreach (var act in (string[])["UPDATE haconnect_audit.trail SET line = ''", "DELETE FROM haconnect_audit.trail", "TRUNCATE haconnect_audit.trail", "DROP TABLE haconnect_audit.trail", "DROP SCHEMA haconnect_audit CASCADE", "GRANT UPDATE ON haconnect_audit.trail TO CURRENT_USER"])
            {
                await using var command = new NpgsqlCommand(act, connection);
                if (act.StartsWith("GRANT", StringComparison.Ordinal))
                    await TryAsync(command); // a warning, or an error: it has nothing to grant
                else
                    Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancelled))).SqlState);
            }

            Assert.False(await cluster["n1"].ScalarAsync<bool>($"SELECT has_table_privilege('{cluster.Control.User}', 'haconnect_audit.trail', 'UPDATE')", Cancelled));
        }

        var chain = file.Head.Chain;
        await AssertSameAsync(db, chain);
        await cluster["n1"].ExecuteAsync("UPDATE haconnect_audit.trail SET line = replace(line, 'elected', 'expected') WHERE sentence LIKE 'elected:%'", Cancelled);
        var problem = Assert.Single((await AuditTable.VerifyAsync(db, chain, cancellationToken: Cancelled)).Problems);
        Assert.Equal((AuditProblemKind.Edited, "haconnect_audit.trail"), (problem.Kind, problem.File));

        // The other way round: the folder is written anew, and the table tells.
        await cluster["n1"].ExecuteAsync("UPDATE haconnect_audit.trail SET line = replace(line, 'expected', 'elected') WHERE sentence LIKE 'elected:%'", Cancelled);
        Assert.True((await AuditTable.VerifyAsync(db, chain, [file.Head], Cancelled)).IsIntact);
        var forged = Directory.CreateTempSubdirectory("haconnect-audit-").FullName;
        await using (var other = AuditFile.Open(forged))
            other.Write(new AuditRecord(TimeProvider.System.GetUtcNow(), "main", "test", null, "Test", null, "nothing happened"));
        var own = AuditVerifier.VerifyFolder(forged).Last!;
        Assert.False(AuditVerifier.VerifyFolder(forged, await AuditTable.ReadHeadsAsync(db, chain, Cancelled)).IsIntact);
        Assert.True(AuditVerifier.VerifyFolder(forged, own).IsIntact);
        Directory.Delete(forged, recursive: true);

        async Task TryAsync(NpgsqlCommand command)
        {
            try
            {
                await command.ExecuteNonQueryAsync(Cancelled);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                // as it should be
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task UntilCopiedAsync(AuditTable table, AuditFile file) => UntilAsync($"the copy up to {file.Head.Seq}", () => Task.FromResult(table.CopiedUpTo >= file.Head.Seq), TimeSpan.FromSeconds(60));

    /// <summary>Both are whole, and the same.</summary>
    private async Task AssertSameAsync(HaDataSource db, string chain)
    {
        var copy = await AuditTable.VerifyAsync(db, chain, cancellationToken: Cancelled);
        Assert.True(copy.IsIntact, $"{copy}");
        Assert.Equal(1, copy.First);
        Assert.Equal(copy.Last!.Seq, copy.Records);
        var folder = AuditVerifier.VerifyFolder(_folder, await AuditTable.ReadHeadsAsync(db, chain, Cancelled));
        Assert.True(folder.IsIntact, $"{folder}");
        Assert.True(folder.Last!.Seq >= copy.Last.Seq);
        TestContext.Current.TestOutputHelper?.WriteLine($"{copy.Records} records in the table, {folder.Records} in the folder: {copy}");
    }
}
