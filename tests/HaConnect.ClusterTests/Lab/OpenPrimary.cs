using HaConnect.Testing;

namespace HaConnect.ClusterTests.Lab;

/// <summary>After a switchover, whatever became of it, nothing that closed a primary is left on the one in force, in its files or loaded.</summary>
internal static class OpenPrimary
{
    private const string Question = """
        SELECT concat_ws('; ',
                 CASE WHEN pg_is_in_recovery() THEN 'it is in recovery' END,
                 CASE WHEN current_setting('default_transaction_read_only') <> 'off' THEN 'it refuses writes' END,
                 (SELECT 'its files say that it refuses writes' FROM pg_file_settings WHERE name = 'default_transaction_read_only' AND setting IN ('on', 'true', 'yes', '1') LIMIT 1),
                 CASE WHEN current_setting('synchronous_standby_names') LIKE '%"haconnect_%' THEN 'its names are ' || current_setting('synchronous_standby_names') END,
                 (SELECT 'its files have the names ' || setting FROM pg_file_settings WHERE name = 'synchronous_standby_names' AND setting LIKE '%"haconnect_%' LIMIT 1),
                 (SELECT 'its register is ' || setting FROM pg_file_settings WHERE name = 'haconnect.term' AND setting ~ '^\d+,[^,]*,(announced|held|promised|promisedafteracceptance),' LIMIT 1),
                 CASE WHEN current_setting('haconnect.term', true) ~ ',(announced|held),' THEN 'it tells everybody to hold their writes: ' || current_setting('haconnect.term', true) END)
        """;

    /// <summary>A moment later, at the latest: the end of the request is on record before the last of it is loaded.</summary>
    internal static async Task IsOpenAsync(PostgresNode primary)
    {
        string? left = null;
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(15))
        {
            left = await primary.ScalarAsync<string>(Question, TestContext.Current.CancellationToken);
            if (left is "")
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"{primary.Name}: {left}");
    }
}
