using HaConnect.Testing.Hosting;
using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Setup;

/// <summary>Makes a running server take its changed settings, and knows when it has.</summary>
internal static class Reload
{
    public const string LibraryPath = "SELECT pg_catalog.current_setting('dynamic_library_path')";
    public const string ReplayDelay = "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'recovery_min_apply_delay'";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>A new session is forked from the postmaster: once it sees the setting, the postmaster and all that it forks from now on have it.</summary>
    public static async Task AndSeeAsync(ClusterSetup setup, PostgresNode node, string question, string expected, CancellationToken cancellationToken)
    {
        await node.ExecuteAsync("SELECT pg_catalog.pg_reload_conf()", cancellationToken).ConfigureAwait(false);
        await Poll.UntilAsync($"a changed setting at {node.Name}", async ct =>
        {
            string? actual = await node.ScalarAsync<string>(question, ct).ConfigureAwait(false);
            return string.Equals(actual, expected, StringComparison.Ordinal) ? null : $"{question} says {actual}, not {expected}";
        }, setup.Options.StartTimeout, Interval, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the WAL receiver of a node whose new ones fail. One that was just being born may not be listed yet: twice in a row none must be left.</summary>
    public static Task EndReceiverAsync(ClusterSetup setup, PostgresNode node, IServerProcess process, CancellationToken cancellationToken)
    {
        // Signalled from outside: pg_terminate_backend() does not take a receiver for a backend.
        const string Receiver = "SELECT pid FROM pg_catalog.pg_stat_activity WHERE backend_type = 'walreceiver'";
        int without = 0;
        return Poll.UntilAsync($"end of the WAL receiver of {node.Name}", async ct =>
        {
            int receiver = await node.ScalarAsync<int>(Receiver, ct).ConfigureAwait(false);
            without = receiver == 0 ? without + 1 : 0;
            if (receiver != 0)
                await process.TerminateChildAsync(receiver, ct).ConfigureAwait(false);
            return without < 2 ? "it is still there" : null;
        }, setup.Options.StartTimeout, Interval, cancellationToken);
    }
}
