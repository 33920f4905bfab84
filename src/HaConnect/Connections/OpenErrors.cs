using System.Globalization;
using HaConnect.Probing;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>Which failed opens are worth waiting for, and what is said of those that are not.</summary>
internal static class OpenErrors
{
    /// <summary>Errors that the application must mend, or that say nothing about the node, reach it at once.</summary>
    internal static void ThrowIfHopeless(Exception exception, Node node, ClusterSnapshot snapshot)
    {
        if (exception is HaConnectException)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception);
        if (exception.Message.Contains("connection pool has been exhausted", StringComparison.Ordinal))
        {
            throw new HaConnectException(
                $"All connections of the pool of node {node.Name} ({node.Host}:{node.Port.ToString(CultureInfo.InvariantCulture)}) are in use, and none was given back in time. Its server is not the reason; each node has a pool of its own. {exception.Message} Connections that are never disposed exhaust it, too.",
                snapshot, isTransient: true, exception);
        }

        var failure = ErrorClassifier.Classify(exception);
        if (failure.Kind == ProbeFailureKind.Misconfigured)
        {
            throw new HaConnectException(
                $"Node {node.Name} ({node.Host}:{node.Port.ToString(CultureInfo.InvariantCulture)}) does not accept this application: {failure.Message}. {Remedy(failure)}",
                snapshot, isTransient: false, exception);
        }
    }

    /// <summary>Waiting does not help where every node fails by configuration.</summary>
    internal static void ThrowIfMisconfigured(ClusterSnapshot snapshot, Exception? lastError)
    {
        if (snapshot.IsMisconfigured)
        {
            throw new NoPrimaryException(
                $"No primary can be used, and waiting will not help. Check Host, Username, Password and Database of ConnectionString (and Failover.ControlUsername and ControlPassword, with which the nodes are probed). {snapshot.Describe()}",
                snapshot, isTransient: false, lastError);
        }
    }

    /// <summary>Npgsql waits for a connection of its pool at least as long as HaConnect does (Timeout in ConnectionString), so that it does not say which it is.</summary>
    internal static TimeoutException StillOpening(Node node) =>
        new($"Node {node.Name} ({node.Host}:{node.Port.ToString(CultureInfo.InvariantCulture)}) was still being connected to: it did not answer, or all connections of its pool (Maximum Pool Size in ConnectionString) were in use.");

    internal static Exception OutOfTime(OpenRequest request, TimeSpan waited, Exception? lastError)
    {
        var snapshot = request.Snapshot;
        if (request.Read is not { } read || (snapshot.Primary is null || snapshot.RefusesReads) && (read.Fallback == ReadFallback.Primary || read.PrimaryOnly))
            return new NoPrimaryException($"No primary could be used within {waited} (Connections.WaitTimeout). {(lastError is TimeoutException late ? late.Message + " " : "")}{snapshot.Describe()}", snapshot, isTransient: true, lastError);
        var explanation = request.Opener.ExplainRead(read);
        return new NoReplicaException($"No replica is proven to hold what is asked for{(read.IsOfAnyAge ? "" : $" (MaxReplicaLag is {read.Bound})")}, and the fallback is {read.Fallback}: {explanation}", explanation.Snapshot, lastError);
    }

    internal static NoReplicaException SpillLimit(OpenRequest request, double share, Exception? lastError)
    {
        var explanation = request.Opener.ExplainRead(request.Read!.Value);
        return new NoReplicaException(
            string.Create(CultureInfo.InvariantCulture, $"No replica is proven to hold what is asked for, and as many reads go to the primary as may ({share:0.##%}, Routing.MaxPrimaryReadShare). Repeat it later, see why the replicas do not qualify, or raise the share: {explanation}"),
            explanation.Snapshot, lastError);
    }

    private static string Remedy(ProbeFailure failure) => failure.SqlState switch
    {
        PostgresErrorCodes.InvalidCatalogName => "Correct Database in ConnectionString, or create it.",
        PostgresErrorCodes.InsufficientPrivilege => "Grant the user CONNECT on the database of ConnectionString.",
        null => "Correct the host, the user or the TLS settings in ConnectionString.",
        _ => "Correct Username and Password in ConnectionString, or the server's pg_hba.conf.",
    };
}
