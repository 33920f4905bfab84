using HaConnect.Testing;

namespace HaConnect.ClusterTests.Operations;

/// <summary>A primary that somebody has replaced by hand, and that then wrote something which its successor never had.</summary>
internal static class OldPrimary
{
    /// <summary>n1, stopped, with a table <c>story</c> that n2, promoted, has too. It is to be started, and written to.</summary>
    internal static async Task<PostgresNode> MakeAsync(PostgresCluster cluster, CancellationToken cancellationToken)
    {
        var node = cluster["n1"];
        await node.ExecuteAsync("CREATE TABLE story (line int)", cancellationToken);
        await ClusterTest.UntilAsync("the table", () => cluster["n2"].ScalarAsync<bool>("SELECT to_regclass('story') IS NOT NULL", cancellationToken));
        await cluster["n2"].ExecuteAsync("SELECT pg_promote(true)", cancellationToken);
        await node.StopAsync(StopMode.Fast, cancellationToken);
        return node;
    }
}
