using HaConnect.ClusterTests.Cli;
using Npgsql;

namespace HaConnect.ClusterTests.Documentation;

/// <summary>The statements and commands that administrators are told to run do run.</summary>
public sealed class DocumentedCommandsTests : ClusterTest
{
    private static readonly string[] s_pages = ["tuning.md", "troubleshooting.md", "disaster.md"];

    [Fact]
    public async Task Blocks_OfPagesForAdministrators_Run()
    {
        var blocks = s_pages.SelectMany(p => DocumentedBlock.Of(Path.Combine(Operations, p))).ToList();
        Assert.Contains(blocks, b => b.Info == "sql at=primary");
        Assert.Contains(blocks, b => b.Info == "sql at=standby");
        Assert.Contains(blocks, b => b.Info == "sh");

        var cluster = await StartClusterAsync();
        await using (var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build())
            await UntilManagedAsync(db);
        var folder = Directory.CreateTempSubdirectory("haconnect-docs-");
        try
        {
            var settings = ToolRun.SettingsOf(cluster, folder);
            foreach (var block in blocks)
            {
                switch (block.Info)
                {
                    case "sql at=primary":
                        await RunAsync(block, cluster.SuperuserConnectionString(cluster["n1"]));
                        break;
                    case "sql at=standby":
                        await RunAsync(block, cluster.SuperuserConnectionString(cluster["n2"]));
                        break;
                    case "sh":
                        foreach (var command in block.Text.Split('\n'))
                            await RunAsync(block, command, settings, folder);
                        break;
                    default:
                        Assert.Fail($"{block}: nobody runs a block of \"{block.Info}\"");
                        break;
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Operations => Path.Combine(RepositoryRoot(), "docs", "operations");

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "HaConnect.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    private static async Task RunAsync(DocumentedBlock block, string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
        foreach (var statement in block.Text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            try
            {
                await using var command = new NpgsqlCommand(statement, connection);
                await command.ExecuteNonQueryAsync(Cancelled);
            }
            catch (PostgresException e)
            {
                Assert.Fail($"{block}: {statement}: {e.MessageText}");
            }
        }
    }

    /// <summary>0 and 1 are what the tool says of a cluster; it is used wrongly with 64, and has not found out with 3.</summary>
    private static async Task RunAsync(DocumentedBlock block, string line, FileInfo settings, DirectoryInfo folder)
    {
        Assert.StartsWith("haconnect ", line, StringComparison.Ordinal);
        var arguments = line["haconnect ".Length..].Replace("runbook.md", Path.Combine(folder.FullName, "runbook.md"), StringComparison.Ordinal).Split(' ');
        var run = await ToolRun.InProcessAsync(settings, arguments);
        Assert.True(run.Code is 0 or 1, $"{block}: {line}: {run}");
    }
}
