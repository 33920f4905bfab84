using HaConnect.Connections;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Tests.Connections;

public sealed class NodePoolsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OnPublished_NodeRemoved_ItsPoolOpensNothingAndIsNotMadeAnew(bool wasUsed)
    {
        var made = 0;
        await using var pools = new NodePools(_ =>
        {
            made++;
            return NpgsqlDataSource.Create("Host=unused");
        });
        var (primary, standby) = (Given.Seen(Given.Node(0)), Given.Seen(Given.Node(1, isConfigured: false)));
        var before = wasUsed ? pools[standby.Node] : null;
        pools.OnPublished(Given.Snapshot(primary, standby), Given.Snapshot(primary));
        await AssertOpensNothingAsync(pools[standby.Node]); // whoever decided before comes now
        if (before is not null)
        {
            await before.CloseAsync(); // the end of what goes on elsewhere
            await AssertOpensNothingAsync(before); // and so does whoever has the pool already
        }

        Assert.Equal(wasUsed ? 1 : 0, made);
        Assert.NotSame(pools[standby.Node], pools[primary.Node]);
    }

    private static async Task AssertOpensNothingAsync(NodePool pool)
    {
        var error = await Assert.ThrowsAsync<ServerRestartedException>(() => pool.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal("Node n1 was removed.", error.Message);
        Assert.True(error.IsTransient);
    }
}
