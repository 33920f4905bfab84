namespace HaConnect;

/// <summary>
/// A witness: any PostgreSQL server outside the cluster that remembers promises and breaks ties. It holds no data of the
/// cluster, and one witness can serve many clusters.
/// </summary>
public sealed class WitnessOptions
{
    /// <summary>The witness's name; unlike any node's. Default: <c>host:port</c>.</summary>
    public string? Name { get; set; }

    /// <summary>Host name or address. Required.</summary>
    public string Host { get; set; } = "";

    /// <summary>The port, 1 to 65535. Default 5432.</summary>
    public int Port { get; set; } = 5432;
}
