using HaConnect.Routing;
using Npgsql;

namespace HaConnect.Consistency;

/// <summary>
/// A connection to the primary, opened in a scope, whose holder tells what was done over it: an object-relational mapper. So it is known by position what was written, where of a connection that is
/// only followed it is known when it was closed.
/// </summary>
/// <param name="scope">The scope.</param>
/// <param name="taker">Asks for positions.</param>
/// <param name="connection">The connection.</param>
/// <param name="process">Where it leads.</param>
/// <param name="reign">In which it was opened.</param>
/// <param name="now">The moment, by the clock of proofs.</param>
internal sealed class ToldSession(CausalScope scope, TokenTaker taker, NpgsqlConnection connection, ServerProcess process, CausalToken? reign, Func<long> now)
{
    /// <summary>What was read there is in it by now.</summary>
    internal void HasRead() => scope.HasSeen(now(), process, reign);

    /// <summary>Something was committed there. One more question to the primary.</summary>
    internal async Task HasWrittenAsync()
    {
        CausalToken? token = null;
        try
        {
            token = await taker.TakeAsync(connection, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or ObjectDisposedException)
        {
            // The connection was lost since; what was written is no less there.
        }
        finally
        {
            if (token is not null)
                scope.Observe(token);
            else
                scope.HasSeen(now(), process, reign);
        }
    }

    /// <summary>What was written there may have been committed, wherever.</summary>
    internal void MayHaveWritten() => scope.HasSeen(now(), at: null, reign);
}
