using HaConnect;

namespace TestingYourApplication;

/// <summary>What an application's own tests can ask: that a killed primary fails no call, and loses nothing.</summary>
public sealed class BookingsTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BookAsync_PrimaryKilledUnderLoad_NoCallFailsAndNothingIsLost()
    {
        var bookings = new Bookings(fixture.Db);
        await bookings.CreateAsync(Cancelled);
        await UntilTermAsync(1); // the cluster is coordinated from here on
        var primary = await fixture.Cluster.GetPrimaryAsync(Cancelled);

        var booked = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(client => Task.Run(
            async () =>
            {
                for (var i = 0; i < 200; i++)
                {
                    Assert.True(await bookings.BookAsync((client * 200) + i, $"passenger {client}", Cancelled)); // it throws where it fails
                    if (Interlocked.Increment(ref booked) == 200)
                        await primary.KillAsync(Cancelled); // SIGKILL, while the others go on
                }
            },
            Cancelled)));

        Assert.Equal(800, await bookings.CountAsync(Cancelled));
        Assert.NotEqual(primary.Name, fixture.Db.Snapshot.Primary!.Name);
        Assert.Equal(2, fixture.Db.Snapshot.Term);
    }

    /// <summary>The stream of topology changes tells when it is so; a test need not sleep.</summary>
    private async Task UntilTermAsync(long term)
    {
        await foreach (var snapshot in fixture.Db.WatchAsync(Cancelled))
        {
            if (snapshot.Term == term && snapshot.Primary is not null)
                return;
        }
    }
}
