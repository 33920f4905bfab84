namespace HaConnect.Doctor;

/// <summary>What the options say beside the settings of the failover.</summary>
internal sealed record ExaminedOptions
{
    /// <summary>The role and the database of the application; null where the connection string leaves them to the server.</summary>
    internal string? ApplicationUser { get; init; }
    internal string? ApplicationDatabase { get; init; }

    /// <summary>Null where the application's own role is used.</summary>
    internal string? ControlUser { get; init; }
    internal string? ReplicationUser { get; init; }

    /// <summary>By node and witness.</summary>
    internal IReadOnlyDictionary<string, string> Hosts { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Somebody has declared that the disks are.</summary>
    internal bool EncryptedAtRest { get; init; }

    internal static ExaminedOptions From(HaDatabaseOptions options)
    {
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(options.ConnectionString);
        return new ExaminedOptions
        {
            ApplicationUser = connection.Username,
            ApplicationDatabase = connection.Database ?? connection.Username,
            ControlUser = options.Failover.ControlUsername,
            ReplicationUser = options.Failover.Replication.Username,
            Hosts = Options.ConfiguredNode.DataNodesOf(options).Concat(Options.ConfiguredNode.WitnessesOf(options)).DistinctBy(n => n.Name, StringComparer.Ordinal).ToDictionary(n => n.Name, n => n.Host, StringComparer.Ordinal),
            EncryptedAtRest = options.EncryptedAtRest,
        };
    }
}
