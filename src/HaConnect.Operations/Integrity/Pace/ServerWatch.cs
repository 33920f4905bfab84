using System.Globalization;
using Npgsql;

namespace HaConnect.Operations.Integrity;

/// <summary>Looks every second at both servers, on a connection of its own to each, and tells how far it is.</summary>
internal sealed class ServerWatch(SessionPair pair, Both<ServerFacts> facts, bool isReplaying, Pace pace, RunProgress progress, VerificationOptions options)
{
    /// <summary>Some are kept for superusers. Everybody may see how many there are.</summary>
    private const string FreeSql = """
        SELECT pg_catalog.current_setting('max_connections')::bigint - pg_catalog.current_setting('superuser_reserved_connections')::bigint
               - (SELECT COALESCE(sum(d.numbackends), 0) FROM pg_catalog.pg_stat_database d)::bigint
        """;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                pace.Hold = await ReasonAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                pace.Hold = $"{e.Data[ServerErrors.Side]} has no connection left: {e.MessageText}";
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                pace.Hold = null; // what is read fails by itself, and tells why; and this goes on looking
            }

            progress.Tell(pace.Hold);
            await Task.Delay(s_interval, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string?> ReasonAsync(CancellationToken cancellationToken)
    {
        foreach (var side in (Side[])[Side.Left, Side.Right])
        {
            var free = await pair[side].ScalarAsync<long>(new Statement(FreeSql), cancellationToken).ConfigureAwait(false);
            if (free < options.MinFreeConnections)
                return string.Create(CultureInfo.InvariantCulture, $"{pair[side].Name} has {Math.Max(free, 0)} connections left, and at least {options.MinFreeConnections} are left to others");
        }

        if (!isReplaying)
            return null;
        var right = await pair.Right.ScalarAsync<long>(new Statement(WalPosition.Sql), cancellationToken).ConfigureAwait(false);
        var left = await pair.Left.ScalarAsync<long>(new Statement(WalPosition.Sql), cancellationToken).ConfigureAwait(false);
        var lag = facts.Right.IsInRecovery ? left - right : right - left;
        return lag > options.MaxLagBytes
            ? string.Create(CultureInfo.InvariantCulture, $"{(facts.Right.IsInRecovery ? pair.Right.Name : pair.Left.Name)} is {lag:N0} bytes of WAL behind, and {options.MaxLagBytes:N0} is the most")
            : null;
    }
}
