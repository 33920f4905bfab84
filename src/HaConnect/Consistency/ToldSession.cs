using HaConnect.Routing;
using Npgsql;

namespace HaConnect.Consistency;

/// <summary>
/// A connection to the primary, opened in a scope, whose holder tells what was done over it: an object-relational mapper. So it is known by position what was written, where of a connection that is
/// only followed it is known when it was closed.
/// </summary>
/// <param name="scope">The scope.</param>
/// <param name="causality">Tells the scope.</param>
/// <param name="taker">Asks for positions.</param>
/// <param name="connection">The connection.</param>
/// <param name="process">Where it leads.</param>
/// <param name="reign">In which it was opened.</param>
internal sealed class ToldSession(CausalScope scope, Causality causality, TokenTaker taker, NpgsqlConnection connection, ServerProcess process, CausalToken? reign)
{
    /// <summary>What was read there is in it by now.</summary>
    internal void HasRead() => scope.HasSeen(causality.Now, process, reign);

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
                HasWritten();
        }
    }

    /// <summary>The same where nothing can be asked: the scope knows the moment.</summary>
    internal void HasWritten() => causality.Wrote(scope, process, reign);

    /// <summary>What was written there may have been committed, wherever.</summary>
    internal void MayHaveWritten() => causality.WroteUnknown(scope, reign);
}
