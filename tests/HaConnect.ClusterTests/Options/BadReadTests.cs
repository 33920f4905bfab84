using HaConnect.Testing;

namespace HaConnect.ClusterTests.Options;

/// <summary>Reads that ask for what cannot be: made-up tokens, and policies out of their bounds. One error each, or the read is made where it is safe.</summary>
public sealed class BadReadTests : ClusterTest
{
    private static readonly TimeSpan HangBound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task MadeUpTokens_AreRefusedOrServedByThePrimary()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        options.Connections.WaitTimeout = TimeSpan.FromSeconds(3);
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilManagedAsync(db);
        var own = await db.CaptureTokenAsync(Cancelled);

        // Far ahead of what was ever written: only the primary can hold it.
        await using (var ahead = await OpenAsync(db, new(own.SystemIdentifier, own.Term, own.Timeline, ulong.MaxValue)))
            Assert.Equal(cluster["n1"].Port, ahead.Port);
        var timeline = await Assert.ThrowsAsync<CausalTokenException>(() => OpenAsync(db, new(own.SystemIdentifier, own.Term, own.Timeline + 1, own.Lsn)));
        Assert.Contains("it was not made by HaConnect, drop it", timeline.Message, StringComparison.Ordinal);
        var noTerm = await Assert.ThrowsAsync<CausalTokenException>(() => OpenAsync(db, new(own.SystemIdentifier, own.Term, own.Timeline - 1, own.Lsn)));
        Assert.False(noTerm.IsTransient);
        var later = await Assert.ThrowsAsync<NoPrimaryException>(() => OpenAsync(db, new(own.SystemIdentifier, long.MaxValue, own.Timeline, own.Lsn)));
        Assert.Contains("means could be told", later.Message, StringComparison.Ordinal);
        var foreign = await Assert.ThrowsAsync<CausalTokenException>(() => OpenAsync(db, new(own.SystemIdentifier ^ 1, own.Term, own.Timeline, own.Lsn)));
        Assert.Contains("it is of the cluster with the system identifier", foreign.Message, StringComparison.Ordinal);
        foreach (var text in (string[])["", "yesterday", own.ToString()[..43], own.ToString() + "A", own.ToString().Replace(own.ToString()[20], own.ToString()[20] == 'x' ? 'y' : 'x')])
            Assert.StartsWith($"\"{text}\" is not the text of a causal token", Assert.Throws<FormatException>(() => CausalToken.Parse(text)).Message, StringComparison.Ordinal);
        await using var good = await OpenAsync(db, own);
    }

    [Fact]
    public async Task PolicyOutOfBounds_IsRefusedByEveryWayToRead_BeforeAnythingIsOpened()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1 });
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        var token = await db.CaptureTokenAsync(Cancelled);
        foreach (var (policy, member) in ((ReadPolicy, string)[])
        [
            (new() { MaxReplicaLag = TimeSpan.FromMilliseconds(-1) }, "MaxReplicaLag"),
            (new() { MaxReplicaLag = TimeSpan.Zero }, "MaxReplicaLag"),
            (new() { MaxReplicaLag = TimeSpan.FromMilliseconds(40) }, "MaxReplicaLag"),
            (new() { Fallback = (ReadFallback)(-1) }, "Fallback"),
            (new() { Consistency = (ReadConsistency)3 }, "Consistency"),
            (new() { Replicas = (ReplicaKind)3 }, "Replicas"),
            (new() { Nodes = [] }, "Nodes"),
            (new() { CatchUpTimeout = TimeSpan.FromMilliseconds(-1) }, "CatchUpTimeout"),
            (new() { CatchUpTimeout = TimeSpan.FromSeconds(10.001) }, "CatchUpTimeout"),
            (new() { Consistency = ReadConsistency.Eventual, After = token }, "After"),
        ])
        {
            var inUse = await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'", Cancelled);
            List<Func<Task>> ways =
            [
                () => db.OpenReadConnectionAsync(policy, Cancelled).AsTask(),
                () => Task.Run(() => db.OpenReadConnection(policy), Cancelled),
                () => db.ReadAsync((_, _) => Task.FromResult(1), policy, Cancelled),
                () => Task.Run(() => db.ExplainRead(policy), Cancelled),
            ];
            if (member != "After")
                ways.Add(() => Task.Run(() => db.BeginCausalScope(policy: policy), Cancelled)); // there its reads are
            foreach (var way in ways)
            {
                var error = await Assert.ThrowsAnyAsync<ArgumentException>(way);
                Assert.StartsWith($"ReadPolicy.{member} ", error.Message, StringComparison.Ordinal);
                Assert.Equal("policy", error.ParamName is "call" ? "policy" : error.ParamName);
            }

            Assert.Equal(inUse, await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'", Cancelled));
        }

        // A name that no replica has is no mistake of form: where none qualifies, the fallback decides, and says so.
        var none = await Assert.ThrowsAsync<NoReplicaException>(() => db.OpenReadConnectionAsync(new ReadPolicy { Nodes = ["n9"], Fallback = ReadFallback.Fail }, Cancelled).AsTask());
        Assert.Contains("n2:", none.Message, StringComparison.Ordinal);
    }

    private static Task<Npgsql.NpgsqlConnection> OpenAsync(HaDataSource db, CausalToken token) =>
        db.OpenReadConnectionAsync(new ReadPolicy { After = token }, Cancelled).AsTask().WaitAsync(HangBound, TimeProvider.System, Cancelled);
}
