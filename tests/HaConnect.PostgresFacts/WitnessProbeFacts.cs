using HaConnect.Failover;
using HaConnect.Probing;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>What the probe of a witness shows to whom: WitnessSql. The database of the application stands for a witness here.</summary>
public sealed class WitnessProbeFacts(SharedCluster shared) : IAsyncLifetime
{
    private const string Cluster = "facts";
    private readonly PostgresCluster _cluster = shared.Cluster;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using var session = await OpenAsync(_cluster.Superuser);
        foreach (var statement in WitnessControl.CreateTable.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            await session.ExecuteAsync(statement);
        await session.ExecuteAsync(WitnessControl.Write, Cluster, new Register(2, "i", RegisterPhase.Accepted, new Decision(2, "n2"), new Decision(2, "n2"), "w1").ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await using var session = await OpenAsync(_cluster.Superuser);
        await session.ExecuteAsync("DROP SCHEMA haconnect CASCADE");
    }

    [Fact]
    public async Task Probe_UserThatMayReadTheRecord_IsToldSoAndReadsIt()
    {
        await using var session = await OpenAsync(_cluster.Superuser);
        Assert.Equal((true, null), await ProbeAsync(session, readsRegister: false));
        Assert.Equal((true, new Register(2, "i", RegisterPhase.Accepted, new Decision(2, "n2"), new Decision(2, "n2"), "w1")), await ProbeAsync(session, readsRegister: true));
    }

    [Fact]
    public async Task Probe_UserThatMayNotReadTheRecord_IsAnsweredAllTheSame()
    {
        await using var session = await OpenAsync(_cluster.Application);
        Assert.Equal((false, null), await ProbeAsync(session, readsRegister: false));

        // What the prober would learn if the right had just been taken away: an error, by which the server is in sight.
        var error = await Assert.ThrowsAsync<PostgresException>(() => ProbeAsync(session, readsRegister: true));
        Assert.True(ErrorClassifier.Classify(error).ProvesServer);
    }

    private Task<NpgsqlConnection> OpenAsync(PostgresCredentials who) => _cluster.OpenAsync("n1", who, s => s.Database = "app");

    private async Task<(bool Sees, Register? Register)> ProbeAsync(NpgsqlConnection session, bool readsRegister)
    {
        await using var command = new NpgsqlCommand(WitnessSql.Build(readsRegister, countsSessions: _cluster.MajorVersion >= 15), session);
        if (readsRegister)
            command.Parameters.Add(new() { Value = Cluster });
        await using var row = await command.ExecuteReaderAsync(Cancelled);
        await row.ReadAsync(Cancelled);
        var (crowd, sees, register) = WitnessSql.Read(row);
        Assert.Equal((100, _cluster.MajorVersion >= 15), (crowd.MaxConnections, crowd.SessionsSoFar is not null));
        return (sees, register);
    }
}
