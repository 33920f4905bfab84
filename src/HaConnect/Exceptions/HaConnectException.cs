using Npgsql;

namespace HaConnect;

/// <summary>An error of HaConnect's own. It says with <see cref="NpgsqlException.IsTransient"/> whether trying again can help.</summary>
public class HaConnectException : NpgsqlException
{
    private readonly bool _isTransient;

    internal HaConnectException(string message, ClusterSnapshot? snapshot, bool isTransient, Exception? innerException = null)
        : base(message, innerException)
    {
        Snapshot = snapshot;
        _isTransient = isTransient;
    }

    /// <summary>Whether an execution strategy should retry.</summary>
    public override bool IsTransient => _isTransient;

    /// <summary>The cluster as it was seen at the moment of the error, each node with its reason; null where it plays no part.</summary>
    public ClusterSnapshot? Snapshot { get; }
}
