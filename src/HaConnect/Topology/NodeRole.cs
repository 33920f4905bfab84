namespace HaConnect;

/// <summary>What a server said of itself when it was last probed.</summary>
public enum NodeRole
{
    /// <summary>It has not been seen yet.</summary>
    Unknown = 0,

    /// <summary>Out of recovery. Whether operations go there is another question: see <see cref="ClusterSnapshot.Primary"/>.</summary>
    Primary = 1,

    /// <summary>In recovery (<c>pg_is_in_recovery()</c>).</summary>
    Standby = 2,
}
