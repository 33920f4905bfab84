using HaConnect.Failover;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Lab;

/// <summary>A switchover asked for by SQL, as the control user: the instances of a lab are processes of their own.</summary>
internal static class SwitchoverRow
{
    /// <summary>Longer than a drain, all steps, and an election after the loss of the coordinator.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly SwitchoverOptions Usual = new();

    /// <summary>Returns by what the request is known.</summary>
    internal static async Task<string> AskAsync(FailoverLab lab, PostgresNode primary, string target, SwitchoverOptions? options = null)
    {
        await using var source = NpgsqlDataSource.Create(lab.Cluster.NodeConnectionString(primary, lab.Cluster.Control, "postgres") + ";Pooling=false");
        await using var create = source.CreateCommand(ControlSql.CreateRequests);
        await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var ask = source.CreateCommand("INSERT INTO haconnect.switchover (target, drain_timeout, terminates, asked_by) VALUES ($1, $2, $3, $4)");
        ask.Parameters.Add(new NpgsqlParameter { Value = target });
        ask.Parameters.Add(new NpgsqlParameter { Value = (options ?? Usual).DrainTimeout });
        ask.Parameters.Add(new NpgsqlParameter { Value = (options ?? Usual).TerminatesOpenTransactions });
        var key = $"test {Guid.NewGuid():N}";
        ask.Parameters.Add(new NpgsqlParameter { Value = key });
        await ask.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return key;
    }

    /// <summary>What the newest primary has on record of it, waited for.</summary>
    internal static async Task<string> OutcomeAsync(FailoverLab lab, string key)
    {
        string? outcome = null;
        await FailoverLab.UntilAsync("the end of the switchover", async () => (outcome = await LookAsync(lab, key)) is not null, Patience);
        return outcome!;
    }

    /// <summary>Null while it is under way, or nobody can be asked.</summary>
    internal static async Task<string?> LookAsync(FailoverLab lab, string key)
    {
        var views = await ClusterStatus.ReadAsync(lab.Cluster);
        if (views.MaxBy(v => v.Term) is not { } newest || views.FirstOrDefault(v => v.Node.Name == newest.Primary && !v.InRecovery) is not { } primary)
            return null;
        try
        {
            return await primary.Node.ScalarAsync<string>($"""
                SELECT coalesce((SELECT CASE WHEN ended_at IS NOT NULL THEN outcome WHEN started_at IS NULL AND asked_at < clock_timestamp() - interval '31 s' THEN 'void' ELSE '' END FROM haconnect.switchover WHERE asked_by = '{key}'), 'not on record')
                """, TestContext.Current.CancellationToken) is { Length: > 0 } outcome ? outcome : null;
        }
        catch (NpgsqlException)
        {
            return null; // it was struck just now
        }
    }
}
