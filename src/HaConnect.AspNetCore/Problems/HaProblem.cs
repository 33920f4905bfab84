using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HaConnect.AspNetCore.Problems;

/// <summary>What a client is told of an error of the cluster: no host, no node, no SQL. Pure.</summary>
/// <param name="Name">The end of its <c>type</c>.</param>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Title">What kind of problem it is; always the same for a name.</param>
/// <param name="Detail">What it means for the request.</param>
/// <param name="MayRepeat">Whether the same request may be sent again as it is.</param>
internal sealed record HaProblem(string Name, int Status, string Title, string Detail, bool MayRepeat)
{
    /// <summary>Of those that may be repeated: whether it needs time.</summary>
    internal bool NeedsTime => MayRepeat && Status == StatusCodes.Status503ServiceUnavailable;

    /// <summary>Null for what is none of the cluster's, or of which it is not certain what became of the request.</summary>
    internal static HaProblem? Of(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            var problem = OfOne(e);
            if (problem is not null || e is HaConnectException) // what that one was caused by says less
                return problem;
        }

        return null;
    }

    private static HaProblem? OfOne(Exception exception) => exception switch
    {
        CommitOutcomeUnknownException { IsTransient: true } => Unknown("It is not known whether the request was applied. It was declared such that it may be sent again: do so later.", StatusCodes.Status503ServiceUnavailable, mayRepeat: true),
        CommitOutcomeUnknownException => Unknown("It is not known whether the request was applied. Do not send it again blindly: look first whether it was.", StatusCodes.Status500InternalServerError, mayRepeat: false),
        CausalTokenException => new("causal-token-lost", StatusCodes.Status409Conflict, "What was seen or written before may be lost",
            "What this client has written or read before may have been lost in a failover of the database. Look at the data, and then send the request again.", MayRepeat: true),
        NoPrimaryException { IsTransient: true } => new("no-primary", StatusCodes.Status503ServiceUnavailable, "The database takes no writes now", "The request was not applied. Send it again later.", MayRepeat: true),
        NoReplicaException => new("no-replica", StatusCodes.Status503ServiceUnavailable, "No database server is fresh enough for this request now", "Send the request again later.", MayRepeat: true),
        HaConnectException { IsTransient: true } => Unavailable,
        NoPrimaryException => new("database-unusable", StatusCodes.Status503ServiceUnavailable, "The database cannot be used", "The request was not applied, and time alone will not mend it.", MayRepeat: false),

        // An answer of the server that ends the transaction: certainly not applied. What else a connection throws may have come after a COMMIT.
        PostgresException
        {
            SqlState: PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected,
        } => Unavailable,
        _ => null,
    };

    private static HaProblem Unavailable { get; } = new("database-unavailable", StatusCodes.Status503ServiceUnavailable, "The database cannot serve the request now", "The request was not applied. Send it again later.", MayRepeat: true);

    private static HaProblem Unknown(string detail, int status, bool mayRepeat) => new("commit-outcome-unknown", status, "The outcome of the request is not known", detail, mayRepeat);
}
